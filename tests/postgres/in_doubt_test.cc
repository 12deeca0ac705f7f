// A commit whose answer is lost: it happened, or it did not, and the store finds out which.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>
#include <tuple>

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

// Whether usage is counted decides how many round trips a commit takes: one, or two of which the
// second commits.
class LostAnswerTest : public InDoubtTest,
                       public ::testing::WithParamInterface<std::tuple<Moment, bool>> {};

TEST_P(LostAnswerTest, EveryKindOfChangeHappensExactlyOnce) {
  const auto& [moment, counting] = GetParam();
  options_.track_usage = counting;
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
  for (const std::vector<Change>& batch : batches) {
    SettleIn(*store);
    proxy_->Arm(moment.fault, counting ? 1 : 0);
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
                                         Moment{"RequestLate", Fault::kDelayRequest}),
                       ::testing::Bool()),
    [](const auto& param) {
      return std::string(std::get<0>(param.param).name) +
             (std::get<1>(param.param) ? "Counting" : "");
    });

TEST_F(InDoubtTest, ALostReadOfTheRowsIsSimplyRepeated) {
  options_.track_usage = true;
  const auto store = Open();
  ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("a", Guard::Absent(), 1, "1")}));
  for (const Fault fault : {Fault::kLoseRequest, Fault::kLoseAnswer, Fault::kDelayRequest}) {
    SettleIn(*store);
    proxy_->Arm(fault, 0);
    const auto outcome = Commit(*store, kSpace, {Change::Write("a", Guard::AtVersion(1), 1, "2")});
    ASSERT_TRUE(outcome) << outcome.error().detail;
    EXPECT_TRUE(outcome->IsCommitted());
  }
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
