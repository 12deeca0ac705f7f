// A commit whose answer is lost: it happened, or it did not, and the store finds out which.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>
#include <tuple>
#include <vector>

#include "base/manual_clock.h"
#include "tests/postgres/fixture.h"
#include "tests/postgres/proxy.h"

namespace vss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Fault = FaultyProxy::Fault;

const Space kSpace = {"tenant", "store"};

struct Moment {
  const char* name;
  Fault fault;
};

class InDoubtTest : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (server_ == nullptr) return;
    proxy_ = std::make_unique<FaultyProxy>(server_->port());
    options_.hosts = "127.0.0.1:" + std::to_string(proxy_->port());
    options_.commit_lanes = 1;
    options_.settle_timeout = std::chrono::seconds(5);
  }

  // After this the next round trip on the commit lane's connection is that of a batch.
  static void SettleIn(store::Store& store) {
    ASSERT_TRUE(Commit(store, {"other", ""}, {Change::Write("a", Guard::Anything(), 1, "")}));
  }

  std::unique_ptr<FaultyProxy> proxy_;
};

// How a commit goes about it.
struct Way {
  const char* name;
  bool counts;
  bool looks;  // Two round trips, of which the second commits.
};

class LostAnswerTest : public InDoubtTest,
                       public ::testing::WithParamInterface<std::tuple<Moment, Way>> {
 protected:
  static std::vector<Change> ChecksOf(std::initializer_list<const char*> keys) {
    std::vector<Change> checks;
    for (const char* key : keys) checks.push_back(Change::Check(key, Guard::Anything()));
    return checks;
  }
};

TEST_P(LostAnswerTest, EveryKindOfChangeHappensExactlyOnce) {
  const auto& [moment, way] = GetParam();
  options_.track_usage = way.counts;
  const auto store = Open();
  ASSERT_TRUE(Commit(*store, kSpace,
                     {Change::Write("same", Guard::Anything(), 1, "old"),
                      Change::Write("next", Guard::Absent(), 1, "old"),
                      Change::Write("gone", Guard::Absent(), 1, "old")}));
  const std::vector<std::vector<Change>> batches = {
      {Change::Write("same", Guard::Anything(), 1, "new")},
      {Change::Write("next", Guard::AtVersion(1), 2, "new")},
      {Change::Write("made", Guard::Absent(), 1, "new")},
      {Change::Remove("gone", Guard::AtVersion(1))},
      {Change::Write("same", Guard::Anything(), 1, "last"),
       Change::Write("next", Guard::AtVersion(2), 3, "last"),
       Change::Remove("made", Guard::Present()),
       Change::Write("again", Guard::Absent(), 1, "last")}};
  for (std::vector<Change> batch : batches) {
    SettleIn(*store);
    // Now all is remembered, and need not be looked at...
    ASSERT_TRUE(Commit(*store, kSpace, ChecksOf({"same", "next", "gone", "made", "again"})));
    // ...but for what can't be checked while it is being done.
    if (way.looks) batch.push_back(Change::Check("nothing", Guard::Anything()));
    proxy_->Arm(moment.fault, way.looks ? 1 : 0);
    const auto outcome = Commit(*store, kSpace, batch);
    ASSERT_TRUE(proxy_->HasStruck());
    ASSERT_TRUE(outcome) << outcome.error().message << outcome.error().detail;
    EXPECT_TRUE(outcome->IsCommitted()) << "a conflict with itself";
  }
  // Whatever was still under way has arrived by now.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_THAT(Get(*store, kSpace, {"same", "next", "gone", "made", "again"}),
              ElementsAre(Record{"same", 1, "last"}, Record{"next", 3, "last"},
                          Record{"again", 1, "last"}));
}

INSTANTIATE_TEST_SUITE_P(
    Every, LostAnswerTest,
    ::testing::Combine(::testing::Values(Moment{"RequestLost", Fault::kLoseRequest},
                                         Moment{"RequestTorn", Fault::kTearRequest},
                                         Moment{"AnswerLost", Fault::kLoseAnswer},
                                         Moment{"RequestLate", Fault::kDelayRequest},
                                         Moment{"CommitDenied", Fault::kDenyCommit}),
                       ::testing::Values(Way{"", false, false}, Way{"Looking", false, true},
                                         Way{"Counting", true, false},
                                         Way{"CountingLooking", true, true})),
    [](const auto& param) {
      return std::string(std::get<0>(param.param).name) + std::get<1>(param.param).name;
    });

class RoundTripTest : public InDoubtTest, public ::testing::WithParamInterface<bool> {};

TEST_P(RoundTripTest, WhatIsRememberedCostsOneRoundTrip) {
  options_.prepared_statements = GetParam();
  options_.track_usage = true;
  const auto store = Open();
  ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("a", Guard::Absent(), 1, "1")}));
  proxy_->Arm(Fault::kLoseAnswer, 3);
  ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("a", Guard::Anything(), 1, "22")}));
  ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("b", Guard::Anything(), 1, "333")}));
  ASSERT_TRUE(Commit(*store, kSpace, {Change::Remove("a", Guard::Anything())}));
  EXPECT_FALSE(proxy_->HasStruck());
  ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("b", Guard::AtVersion(1), 2, "333")}));
  EXPECT_TRUE(proxy_->HasStruck());
  EXPECT_THAT(Sql("SELECT bytes, keys, stores FROM vss_usage WHERE user_token = 'tenant'"),
              ElementsAre("4|1|1"));
}

INSTANTIATE_TEST_SUITE_P(Both, RoundTripTest, ::testing::Bool(),
                         [](const auto& param) { return param.param ? "Prepared" : "Unprepared"; });

TEST_F(InDoubtTest, ALostReadOfTheRowsIsSimplyRepeated) {
  options_.track_usage = true;
  const auto store = Open();
  ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("a", Guard::Absent(), 1, "1")}));
  for (const Fault fault : {Fault::kLoseRequest, Fault::kLoseAnswer, Fault::kDelayRequest}) {
    SettleIn(*store);
    proxy_->Arm(fault, 0);
    const auto outcome = Commit(
        *store, kSpace,
        {Change::Write("a", Guard::AtVersion(1), 1, "2"), Change::Check("b", Guard::Absent())});
    ASSERT_TRUE(outcome) << outcome.error().detail;
    EXPECT_TRUE(outcome->IsCommitted());
  }
}

// The server learns of a network that was cut only by itself, and holds all locks until then.
TEST_F(InDoubtTest, ATransactionWhoseClientWasCutOffBlocksNobodyForLong) {
  options_.track_usage = true;
  options_.statement_timeout = std::chrono::milliseconds(300);
  const auto store = Open();
  SettleIn(*store);
  proxy_->Arm(Fault::kFreeze, 0);
  const auto outcome = Commit(*store, kSpace, {Change::Write("a", Guard::Absent(), 1, "1")});
  ASSERT_TRUE(proxy_->HasStruck());
  ASSERT_TRUE(outcome) << outcome.error().message << outcome.error().detail;
  EXPECT_TRUE(outcome->IsCommitted());
  EXPECT_THAT(Sql("SELECT version FROM vss_db WHERE user_token = 'tenant'"), ElementsAre("1"));
}

TEST_F(InDoubtTest, AMarkThatSomebodyHoldsIsLeftToHim) {
  options_.statement_timeout = std::chrono::milliseconds(300);
  const auto store = Open();
  SettleIn(*store);
  std::thread holder(
      [&] { Sql("BEGIN; UPDATE vss_commit_marker SET touched_at = now(); SELECT pg_sleep(3)"); });
  while (Sql("SELECT 1 FROM pg_locks WHERE relation = 'vss_commit_marker'::regclass "
             "AND mode = 'RowExclusiveLock'")
             .empty()) {
    std::this_thread::yield();
  }
  const auto first = Commit(*store, kSpace, {Change::Write("a", Guard::Absent(), 1, "")});
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().kind, Kind::kOverloaded);
  const auto second = Commit(*store, kSpace, {Change::Write("a", Guard::Absent(), 1, "")});
  EXPECT_TRUE(second) << second.error().message << second.error().detail;
  holder.join();
}

TEST_F(InDoubtTest, ABatchThatKillsItsConnectionIsNotTriedForEver) {
  Open();
  Sql("CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM nextval('deaths'); PERFORM pg_terminate_backend(pg_backend_pid());"
      " RETURN new; END $$");
  Sql("CREATE SEQUENCE deaths; CREATE TRIGGER die BEFORE INSERT ON vss_db "
      "FOR EACH ROW WHEN (new.key = 'poison') EXECUTE FUNCTION die()");
  options_.lane_limits.batch_jobs_max = 16;
  const auto store = Open();
  SettleIn(*store);
  constexpr int kBatches = 8;
  std::vector<std::promise<Result<CommitOutcome>>> outcomes(kBatches);
  for (int i = 0; i < kBatches; ++i) {
    const Key key = i == 3 ? "poison" : std::to_string(i);
    store->Commit(kSpace, {{Change::Write(key, Guard::Absent(), 1, "")}}, Deadline::Never(),
                  [&promise = outcomes[static_cast<std::size_t>(i)]](
                      Result<CommitOutcome> outcome) { promise.set_value(std::move(outcome)); });
  }
  for (int i = 0; i < kBatches; ++i) {
    const auto outcome = outcomes[static_cast<std::size_t>(i)].get_future().get();
    EXPECT_EQ(outcome.has_value(), i != 3) << i;
    EXPECT_TRUE(outcome || outcome.error().kind == Kind::kUnavailable);
  }
  EXPECT_THAT(Sql("SELECT last_value <= 5 FROM deaths"), ElementsAre("t"));
}

TEST_F(InDoubtTest, ADeadlineThatPassesBetweenTwoTriesIsKept) {
  Open();
  ManualClock clock;
  auto made = store::MakePostgresStore(options_, clock, log_, observer_);
  ASSERT_TRUE(made);
  store::Store& store = **made;
  SettleIn(store);
  const Deadline deadline{clock.Steady() + std::chrono::seconds(5)};
  Sql("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM pg_sleep(0.2); RAISE EXCEPTION '' USING ERRCODE = '40001'; END $$");
  Sql("CREATE TRIGGER fail BEFORE INSERT ON vss_db FOR EACH ROW EXECUTE FUNCTION fail()");
  std::promise<Result<CommitOutcome>> promise;
  store.Commit(kSpace, {{Change::Write("a", Guard::Absent(), 1, "")}}, deadline,
               [&](Result<CommitOutcome> outcome) { promise.set_value(std::move(outcome)); });
  while (Sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'").empty()) {
    std::this_thread::yield();
  }
  clock.Advance(std::chrono::seconds(10));
  Sql("DROP TRIGGER fail ON vss_db");
  const auto outcome = promise.get_future().get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, Kind::kOverloaded);
  EXPECT_THAT(Get(store, kSpace, {"a"}), IsEmpty());
}

TEST_F(InDoubtTest, IsSaidWhenItCannotBeFoundOut) {
  options_.settle_timeout = std::chrono::milliseconds(300);
  const auto store = Open();
  ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("a", Guard::Absent(), 1, "1")}));
  proxy_->Arm(Fault::kLoseAnswer, 0);
  std::promise<Result<CommitOutcome>> promise;
  store->Commit(kSpace, {{Change::Write("a", Guard::AtVersion(1), 2, "2")}}, Deadline::Never(),
                [&promise](Result<CommitOutcome> result) { promise.set_value(std::move(result)); });
  while (!proxy_->HasStruck()) std::this_thread::yield();
  proxy_->Refuse(true);
  const auto outcome = promise.get_future().get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, Kind::kInDoubt);
  const auto next = Commit(*store, kSpace, {Change::Check("a", Guard::Present())});
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().kind, Kind::kUnavailable) << "it was not begun";

  proxy_->Refuse(false);
  for (int i = 0; i < 100; ++i) {  // Until it is tried again.
    const auto back = Commit(*store, kSpace, {Change::Check("a", Guard::AtVersion(2))});
    if (back) {
      EXPECT_TRUE(back->IsCommitted()) << "it had happened";
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  FAIL() << "the store does not come back";
}

// What holds the row "k" is waited for, by a transaction whose client has hung up.  It would write
// "j" after that.
class OrphanTest : public InDoubtTest {
 protected:
  void OpenHeld(Fault fault) {
    store_ = Open();
    Await([&] { return Commit(*store_, kSpace, Both("first")).has_value(); });
    holder_ = Begin("SELECT 1 FROM vss_db WHERE key = 'k' FOR UPDATE");
    proxy_->Arm(fault, 0);
  }
  static std::vector<Change> Both(const char* value) {
    return {Change::Write("k", Guard::Anything(), 1, value),
            Change::Write("j", Guard::Anything(), 1, value)};
  }
  void WriteLater() {
    const std::vector<Change> batch = {Change::Write("j", Guard::Anything(), 1, "later")};
    Await([&] { return Commit(*store_, kSpace, batch).has_value(); });
  }
  void ExpectLater() {
    Await([&] { return Busy() == 0; });
    EXPECT_THAT(Get(*store_, kSpace, {"j"}), ElementsAre(Record{"j", 1, "later"}));
  }

  std::unique_ptr<store::Store> store_;
  std::unique_ptr<SqlSession> holder_;
};

TEST_F(OrphanTest, EndsByItselfWithoutASessionToo) {
  options_.prepared_statements = false;
  options_.statement_timeout = std::chrono::milliseconds(300);
  OpenHeld(Fault::kHangUp);
  const auto orphan = Commit(*store_, kSpace, Both("orphan"));
  ASSERT_FALSE(orphan);
  EXPECT_EQ(orphan.error().kind, Kind::kOverloaded) << "it was found out that it did not happen";
  WriteLater();
  holder_->Run("COMMIT");
  ExpectLater();
}

TEST_F(OrphanTest, IsOverBeforeAnythingElseBegins) {
  for (const bool prepared : {true, false}) {
    options_.prepared_statements = prepared;
    options_.settle_timeout = std::chrono::milliseconds(300);
    OpenHeld(Fault::kGoAway);
    const auto orphan = Commit(*store_, kSpace, Both("orphan"));
    ASSERT_FALSE(orphan);
    EXPECT_EQ(orphan.error().kind, Kind::kInDoubt);
    Await([&] { return Waiting() == 1; });

    proxy_->Refuse(false);
    auto later = std::async([&] { WriteLater(); });
    const auto is_done = [&] {
      return later.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    };
    Await([&] { return is_done() || Waiting() == 2; });
    holder_->Run("COMMIT");
    later.get();
    ExpectLater();
  }
}

TEST_F(InDoubtTest, WhatFailsInTheCommitItselfIsTriedAgainIfThatIsDue) {
  Open();
  Sql("CREATE SEQUENCE tries; CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN IF new.key = 'never' THEN PERFORM nextval('tries'); RAISE check_violation; END IF;"
      " IF nextval('tries') % 3 <> 0 THEN RAISE serialization_failure; END IF; RETURN NULL; END "
      "$$");
  Sql("CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON vss_db DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION fail()");
  for (const bool looks : {false, true}) {
    Sql("DELETE FROM vss_db; ALTER SEQUENCE tries RESTART");
    const auto store = Open();
    const auto write = [&](const char* key) {
      std::vector<Change> batch = {Change::Write(key, Guard::Absent(), 1, "")};
      if (looks) batch.push_back(Change::Check("nothing", Guard::Anything()));
      return Commit(*store, kSpace, batch);
    };
    const auto outcome = write("a");
    ASSERT_TRUE(outcome) << outcome.error().message << outcome.error().detail;
    EXPECT_TRUE(outcome->IsCommitted());
    EXPECT_THAT(Sql("SELECT last_value FROM tries"), ElementsAre("3"));
    const auto never = write("never");
    ASSERT_FALSE(never);
    EXPECT_EQ(never.error().kind, Kind::kUnavailable);
    EXPECT_THAT(Sql("SELECT last_value FROM tries"), ElementsAre("4")) << "once is enough";
  }
}

TEST_F(InDoubtTest, LeavesNoMarksBehind) {
  {
    const auto store = Open();
    for (int i = 0; i < 3; ++i) {
      SettleIn(*store);
      proxy_->Arm(Fault::kLoseAnswer, 0);
      ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("a", Guard::Anything(), 1, "")}));
    }
    EXPECT_THAT(Sql("SELECT count(*) FROM vss_commit_marker"), ElementsAre("1"));
  }
  EXPECT_THAT(Sql("SELECT * FROM vss_commit_marker"), IsEmpty());
}

TEST_F(InDoubtTest, AMarkThatWasClearedAwayIsMadeAnew) {
  const auto store = Open();
  ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("a", Guard::Absent(), 1, "")}));
  Sql("DELETE FROM vss_commit_marker");
  const auto outcome = Commit(*store, kSpace, {Change::Write("a", Guard::AtVersion(1), 2, "")});
  ASSERT_TRUE(outcome) << outcome.error().detail;
  EXPECT_TRUE(outcome->IsCommitted());
}

}  // namespace
}  // namespace vss::testing
