// Several servers on one database: two of ours, and a writer that works as the original server
// does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <numeric>
#include <thread>

#include "tests/postgres/fixture.h"
#include "tests/support/seed.h"

namespace vss::testing {
namespace {

const Space kSpace = {"tenant", "store"};
constexpr int kKeys = 6;

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

// Writes as the original server does: a transaction, a conditional statement for each item in the
// order of the request, and a rollback if one of them changed nothing.
class OriginalWriter {
 public:
  explicit OriginalWriter(const std::string& target) : connection_(PQconnectdb(target.c_str())) {}

  std::int64_t VersionOf(const Key& key) {
    const char* const values[] = {kSpace.tenant.c_str(), kSpace.store.c_str(), key.c_str()};
    PGresult* const result = PQexecParams(
        connection_.get(),
        "SELECT version FROM vss_db WHERE user_token = $1 AND store_id = $2 AND key = $3", 3,
        nullptr, values, nullptr, nullptr, 0);
    const std::int64_t version = PQntuples(result) == 1 ? std::stoll(PQgetvalue(result, 0, 0)) : 0;
    PQclear(result);
    return version;
  }

  bool Increment(const std::vector<std::pair<Key, std::int64_t>>& items) {
    Run("BEGIN", {});
    bool all = true;
    for (const auto& [key, version] : items) {
      const std::string next = std::to_string(version + 1);
      const std::string expected = std::to_string(version);
      all = all && Run("UPDATE vss_db SET value = 'theirs', version = $4, last_updated_at = now() "
                       "WHERE user_token = $1 AND store_id = $2 AND key = $3 AND version = $5",
                       {kSpace.tenant.c_str(), kSpace.store.c_str(), key.c_str(), next.c_str(),
                        expected.c_str()});
    }
    Run(all ? "COMMIT" : "ROLLBACK", {});
    return all;
  }

 private:
  // Whether it changed a row.
  bool Run(const char* sql, const std::vector<const char*>& values) {
    PGresult* const result = PQexecParams(connection_.get(), sql, static_cast<int>(values.size()),
                                          nullptr, values.data(), nullptr, nullptr, 0);
    const bool changed = std::string(PQcmdTuples(result)) == "1";
    PQclear(result);
    return changed;
  }

  std::unique_ptr<PGconn, Finish> connection_;
};

class RaceTest : public PostgresTest, public ::testing::WithParamInterface<bool> {
 protected:
  // Two or three keys in any order.
  static std::vector<Key> AnyKeys(Random& random) {
    std::vector<Key> keys(kKeys);
    for (int i = 0; i < kKeys; ++i) keys[static_cast<std::size_t>(i)] = "k" + std::to_string(i);
    std::shuffle(keys.begin(), keys.end(), random);
    keys.resize(2 + Below(random, 2));
    return keys;
  }

  // Reads some counters and tries to raise all of them at once.  How many it raised.
  static std::int64_t Raise(store::Store& store, Random& random) {
    const std::vector<Key> keys = AnyKeys(random);
    std::vector<Change> changes;
    for (const Record& record : Get(store, kSpace, keys)) {
      changes.push_back(
          Change::Write(record.key, Guard::AtVersion(record.version), record.version + 1, "ours"));
    }
    const auto outcome = Commit(store, kSpace, changes);
    EXPECT_TRUE(outcome) << outcome.error().message << outcome.error().detail;
    return outcome && outcome->IsCommitted() ? static_cast<std::int64_t>(keys.size()) : 0;
  }
};

TEST_P(RaceTest, EveryVersionHasOneWinnerAndNobodyFails) {
  options_.track_usage = GetParam();
  const std::array stores = {Open(), Open()};
  std::vector<Change> first;
  first.reserve(kKeys);
  for (int i = 0; i < kKeys; ++i) {
    first.push_back(Change::Write("k" + std::to_string(i), Guard::Absent(), 1, ""));
  }
  ASSERT_TRUE(Commit(*stores[0], kSpace, first));

  Random seeds = MakeRandom();
  std::atomic<std::int64_t> raised{0};
  std::atomic<std::int64_t> raised_by_original{0};
  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < 16; ++i) {
    writers.emplace_back([&, i, seed = seeds()] {
      Random random(seed);
      for (int n = 0; n < 30; ++n) raised += Raise(*stores[i % 2], random);
    });
  }
  writers.emplace_back([&, seed = seeds()] {
    Random random(seed);
    OriginalWriter original("host=127.0.0.1 user=vss port=" + std::to_string(server_->port()) +
                            " dbname='" + options_.vss_database + "'");
    for (int n = 0; n < 100; ++n) {
      std::vector<std::pair<Key, std::int64_t>> items;
      for (const Key& key : AnyKeys(random)) items.emplace_back(key, original.VersionOf(key));
      if (original.Increment(items)) raised_by_original += static_cast<std::int64_t>(items.size());
    }
  });
  for (std::thread& writer : writers) writer.join();

  std::int64_t versions = 0;
  for (const Record& record : Get(*stores[0], kSpace, {"k0", "k1", "k2", "k3", "k4", "k5"})) {
    versions += record.version - 1;
  }
  EXPECT_EQ(versions, raised + raised_by_original);
  EXPECT_GT(raised, 0);
  EXPECT_GT(raised_by_original, 0);
}

TEST_P(RaceTest, AKeyIsCreatedOnceAndRemovedOnce) {
  options_.track_usage = GetParam();
  const std::array stores = {Open(), Open()};
  std::atomic<int> created{0};
  std::atomic<int> removed{0};
  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < 16; ++i) {
    writers.emplace_back([&, i] {
      store::Store& store = *stores[i % 2];
      for (int n = 0; n < 20; ++n) {
        // Both keys or none, wherever the race is lost.
        const auto make = Commit(store, kSpace,
                                 {Change::Write("a", Guard::Absent(), 1, "x"),
                                  Change::Write("b", Guard::Absent(), 1, "y")});
        ASSERT_TRUE(make) << make.error().detail;
        if (make->IsCommitted()) ++created;
        const auto unmake = Commit(
            store, kSpace,
            {Change::Remove("b", Guard::Present()), Change::Remove("a", Guard::AtVersion(1))});
        ASSERT_TRUE(unmake) << unmake.error().detail;
        if (unmake->IsCommitted()) ++removed;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const int left = created - removed;
  EXPECT_THAT(left, ::testing::AnyOf(0, 1));
  EXPECT_EQ(Get(*stores[0], kSpace, {"a", "b"}).size(), static_cast<std::size_t>(2 * left));
}

// Two servers check one key each and write the other: had both been allowed to, neither of the
// orders in which they may have happened would explain it.
TEST_P(RaceTest, WhatABatchOnlyChecksStaysAsItWas) {
  options_.track_usage = GetParam();
  const auto left = Open();
  const auto right = Open();
  for (int n = 0; n < 40; ++n) {
    const Space space = {"tenant", "store " + std::to_string(n)};
    const auto take = [&space](store::Store& store, const Key& free, const Key& mine) {
      const auto outcome = Commit(
          store, space,
          {Change::Check(free, Guard::Absent()), Change::Write(mine, Guard::Absent(), 1, "")});
      EXPECT_TRUE(outcome) << outcome.error().detail;
      return outcome && outcome->IsCommitted() ? 1 : 0;
    };
    int taken = 0;
    std::thread other([&] { taken = take(*left, "a", "b"); });
    const int also_taken = take(*right, "b", "a");
    other.join();
    EXPECT_EQ(taken + also_taken, 1);
  }
}

// Somebody else has written both keys, and has not committed when we begin.
TEST_F(PostgresTest, WhatIsRemovedUnseenGoesWithTheRest) {
  const auto store = Open();
  for (const bool looks : {false, true}) {
    Sql("DELETE FROM vss_db");
    ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("j", Guard::Anything(), 1, "")}));
    const auto other = Begin(
        "INSERT INTO vss_db (user_token, store_id, key, value, version) "
        "VALUES ('tenant', 'store', 'k', 'theirs', 1); UPDATE vss_db SET value = 'theirs'");
    auto ours = std::async([&] {
      std::vector<Change> batch = {Change::Remove("k", Guard::Anything()),
                                   Change::Write("j", Guard::Anything(), 1, "ours")};
      if (looks) batch.push_back(Change::Check("nothing", Guard::Anything()));
      return Commit(*store, kSpace, batch);
    });
    Await([&] { return Waiting() == 1; });
    other->Run("COMMIT");
    const auto outcome = ours.get();
    ASSERT_TRUE(outcome) << outcome.error().detail;
    EXPECT_THAT(Get(*store, kSpace, {"k", "j"}), ::testing::ElementsAre(Record{"j", 1, "ours"}))
        << "the later one of two has the last word on both";
  }
}

// The database's own idea of isolation would show a transaction only what was there at its start.
TEST_F(PostgresTest, UsageIsExactWhateverTheDatabaseIsSetTo) {
  options_.track_usage = true;
  Open();
  Sql("ALTER DATABASE \"" + options_.vss_database +
      "\" SET default_transaction_isolation = 'repeatable read'");
  const auto prepared = Open();
  options_.prepared_statements = false;
  const auto store = Open();
  const auto write = [&] {
    return Commit(*store, kSpace,
                  {Change::Write("j", Guard::Anything(), 1, "x"),
                   Change::Write("k", Guard::Anything(), 1, "x")});
  };
  ASSERT_TRUE(write());
  const auto holder = Begin("SELECT 1 FROM vss_db WHERE key = 'j' FOR UPDATE");
  auto again = std::async(write);
  Await([&] { return Waiting() == 1; });
  ASSERT_TRUE(Commit(*prepared, kSpace, {Change::Remove("k", Guard::Present())})->IsCommitted());
  holder->Run("COMMIT");
  const auto outcome = again.get();
  ASSERT_TRUE(outcome) << outcome.error().detail;
  EXPECT_THAT(Sql("SELECT count(*) FROM vss_db"), ::testing::ElementsAre("2"));
  EXPECT_THAT(Sql("SELECT bytes, keys, stores FROM vss_usage"), ::testing::ElementsAre("4|2|1"));
}

// Two servers write for the same tenants, each remembering what it left there itself.
TEST_F(PostgresTest, UsageIsExactWhoeverWrites) {
  options_.track_usage = true;
  const std::array stores = {Open(), Open()};
  Random seeds = MakeRandom();
  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < 8; ++i) {
    writers.emplace_back([&, i, seed = seeds()] {
      Random random(seed);
      const auto size = [&] { return std::string(Below(random, 3), 'v'); };
      for (int n = 0; n < 150; ++n) {
        // One server at a time, mostly: what is remembered holds for a while.
        store::Store& store = *stores[(n / 30 + (Below(random, 10) == 0 ? 1 : 0) + i / 4) % 2];
        const Space space = {"tenant " + std::to_string(Below(random, 2)),
                             "store " + std::to_string(Below(random, 2))};
        std::vector<Change> changes;
        for (const char* key : {"a", "bb", "ccc"}) {
          switch (Below(random, 7)) {
            case 0:
            case 1:
              changes.push_back(Change::Write(key, Guard::Anything(), 1, size()));
              break;
            case 2:
              changes.push_back(Change::Write(key, Guard::AtVersion(1), 1, size()));
              break;
            case 3:
              changes.push_back(Change::Write(key, Guard::Absent(), 1, size()));
              break;
            case 4:
              changes.push_back(Change::Remove(key, Guard::Anything()));
              break;
            case 5:
              changes.push_back(Change::Remove(key, Guard::AtVersion(1)));
              break;
            default:
              break;
          }
        }
        const auto outcome = Commit(store, space, changes);
        ASSERT_TRUE(outcome) << outcome.error().message << outcome.error().detail;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const auto counted = Sql(
      "SELECT user_token, bytes, keys, stores FROM vss_usage WHERE keys > 0 ORDER BY user_token");
  EXPECT_THAT(counted, ::testing::Not(::testing::IsEmpty()));
  EXPECT_EQ(counted,
            Sql("SELECT user_token, sum(octet_length(key) + octet_length(value)), count(*), "
                "count(DISTINCT store_id) FROM vss_db GROUP BY user_token "
                "ORDER BY user_token"));
}

INSTANTIATE_TEST_SUITE_P(Both, RaceTest, ::testing::Bool(),
                         [](const auto& param) { return param.param ? "Counting" : "Plain"; });

}  // namespace
}  // namespace vss::testing
