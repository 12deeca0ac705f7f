// What every Store promises to many callers at once.

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/contract/store_contract.h"
#include "tests/support/seed.h"

namespace vss::testing {
namespace {

constexpr int kThreads = 64;

class ConcurrencyContract : public StoreContract {
 protected:
  // Runs `body` with 0, 1, ... in as many threads at once.
  static void InThreads(int count, const std::function<void(int)>& body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
    for (std::thread& thread : threads) thread.join();
  }

  Version VersionOf(const Key& key) { return calls().Get(space_, {key})->at(0).version; }
};

TEST_P(ConcurrencyContract, EveryVersionOfAContestedKeyHasOneWinner) {
  constexpr Version kLast = 40;
  std::vector<std::atomic<int>> winners(kLast + 1);
  std::atomic<int> failures = 0;
  InThreads(kThreads, [&](int me) {
    std::optional<Version> present;
    while (present != kLast) {
      const Guard guard = present ? Guard::AtVersion(*present) : Guard::Absent();
      const Version next = present.value_or(0) + 1;
      const auto outcome =
          calls().Commit(space_, {{Change::Write("k", guard, next, std::to_string(me))}, {}});
      if (!outcome) {
        ++failures;
        return;
      }
      if (outcome->IsCommitted()) ++winners[static_cast<std::size_t>(next)];
      present = outcome->IsCommitted() ? next : outcome->obstacles.at(0).present;
    }
  });
  EXPECT_EQ(failures, 0);
  for (Version version = 1; version <= kLast; ++version) {
    EXPECT_EQ(winners[static_cast<std::size_t>(version)], 1) << version;
  }
  EXPECT_EQ(VersionOf("k"), kLast);
}

// Everyone moves one unit between two of a few keys, naming them in an order of their own.  If
// batches were not atomic the sum would change; if locks were taken in the order of the batch there
// would be deadlocks.
TEST_P(ConcurrencyContract, CrossingBatchesNeitherTearNorFail) {
  constexpr int kKeys = 6;
  constexpr int kMoves = 12;
  const auto name = [](std::size_t i) { return "k" + std::to_string(i); };
  Batch start;
  for (std::size_t i = 0; i < kKeys; ++i) {
    start.changes.push_back(Change::Write(name(i), Guard::Absent(), 0, "1000"));
  }
  ASSERT_TRUE(calls().Commit(space_, start)->IsCommitted());

  Random seeds = MakeRandom();
  std::vector<Random> randoms;
  for (int i = 0; i < kThreads; ++i) randoms.emplace_back(seeds());
  std::atomic<int> failures = 0;
  InThreads(kThreads, [&](int me) {
    Random& random = randoms[static_cast<std::size_t>(me)];
    for (int moved = 0; moved < kMoves;) {
      const std::size_t a = Below(random, kKeys);
      const std::size_t b = (a + 1 + Below(random, kKeys - 1)) % kKeys;
      const auto records = calls().Get(space_, {name(a), name(b)});
      if (!records || records->size() != 2) {
        ++failures;
        return;
      }
      const auto change = [](const Record& record, int by) {
        return Change::Write(record.key, Guard::AtVersion(record.version), record.version + 1,
                             std::to_string(std::stoi(record.value) + by));
      };
      const auto outcome =
          calls().Commit(space_, {{change((*records)[0], 1), change((*records)[1], -1)}, {}});
      if (!outcome) {
        ++failures;
        return;
      }
      if (outcome->IsCommitted()) ++moved;
    }
  });
  EXPECT_EQ(failures, 0);
  int sum = 0;
  Version versions = 0;
  const ScanResult all = *calls().Scan(space_, {"k", 1'000'000});
  for (const Record& record : all.records) {
    sum += std::stoi(record.value);
    versions += record.version;
  }
  EXPECT_EQ(sum, kKeys * 1000);
  EXPECT_EQ(versions, 2 * kThreads * kMoves);
}

TEST_P(ConcurrencyContract, CommitsOfOneSpaceKeepTheOrderOfTheCalls) {
  constexpr Version kCount = 300;
  std::atomic<Version> committed = 0;
  std::vector<std::promise<void>> done(kCount);
  for (Version version = 1; version <= kCount; ++version) {
    const Guard guard = version == 1 ? Guard::Absent() : Guard::AtVersion(version - 1);
    store().Commit(space_, {{Change::Write("k", guard, version, "")}, {}}, Deadline::Never(),
                   [&, version](const Result<CommitOutcome>& outcome) {
                     if (outcome && outcome->IsCommitted()) ++committed;
                     done[static_cast<std::size_t>(version - 1)].set_value();
                   });
  }
  for (auto& promise : done) promise.get_future().wait();
  EXPECT_EQ(committed, kCount);
  EXPECT_EQ(VersionOf("k"), kCount);
}

TEST_P(ConcurrencyContract, AReadSeesWhatWasAnsweredBefore) {
  std::atomic<int> stale = 0;
  InThreads(16, [&](int me) {
    const Space mine = {"tenant" + std::to_string(me), "store"};
    for (Version version = 1; version <= 20; ++version) {
      calls().Commit(mine, {{Change::Write("k", Guard::Anything(), version, "")}, {}}).value();
      if (calls().Get(mine, {"k"})->at(0).version != version) ++stale;
      if (calls().List(mine, {})->entries.at(0).version != version) ++stale;
      if (calls().Scan(mine, {"", 100})->records.at(0).version != version) ++stale;
    }
  });
  EXPECT_EQ(stale, 0);
}

// Each batch writes one version to all keys, so a page and a scan may only ever show one.
TEST_P(ConcurrencyContract, APageAndAScanAreOneSnapshot) {
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0;
  std::thread writer([&] {
    for (Version version = 1; version <= 200; ++version) {
      Batch batch;
      for (const char* key : {"a", "b", "c"}) {
        batch.changes.push_back(Change::Write(key, Guard::Anything(), version, ""));
      }
      calls().Commit(space_, batch).value();
    }
    stop = true;
  });
  const auto is_whole = [](const auto& entries) {
    for (const auto& entry : entries) {
      if (entry.version != entries[0].version) return false;
    }
    return entries.empty() || entries.size() == 3;
  };
  while (!stop) {
    if (!is_whole(calls().List(space_, {})->entries)) ++torn;
    if (!is_whole(calls().Scan(space_, {"", 1000})->records)) ++torn;
  }
  writer.join();
  EXPECT_EQ(torn, 0);
}

// Whoever sees the count has everything that was counted.
TEST_P(ConcurrencyContract, TheKeyApartIsReadBeforeTheListedKeys) {
  std::atomic<bool> stop = false;
  std::atomic<int> missing = 0;
  std::thread writer([&] {
    for (Version version = 1; version <= 200; ++version) {
      const Key key = "k" + std::to_string(version);
      calls()
          .Commit(space_, {{Change::Write(key, Guard::Absent(), 1, ""),
                            Change::Write("count", Guard::Anything(), version, "")},
                           {}})
          .value();
    }
    stop = true;
  });
  while (!stop) {
    const Page page =
        *calls().List(space_, {.prefix = "k", .limit = 1000, .apart = "count", .read_apart = true});
    if (static_cast<Version>(page.entries.size()) < page.apart.value_or(0)) ++missing;
  }
  writer.join();
  EXPECT_EQ(missing, 0);
}

TEST_P(ConcurrencyContract, WhatComesTooLateIsNotBegun) {
  const Deadline passed = {std::chrono::steady_clock::now() - std::chrono::seconds(1)};
  const auto kind = [](const auto& result) {
    return result ? std::nullopt : std::optional(result.error().kind);
  };
  const Batch batch = {{Change::Write("k", Guard::Absent(), 1, "")}, {}};
  EXPECT_EQ(kind(calls().Commit(space_, batch, passed)), Kind::kOverloaded);
  EXPECT_EQ(kind(calls().Get(space_, {"k"}, passed)), Kind::kOverloaded);
  EXPECT_EQ(kind(calls().List(space_, {}, passed)), Kind::kOverloaded);
  EXPECT_EQ(kind(calls().Scan(space_, {}, passed)), Kind::kOverloaded);
  Check("list -> none");
}

TEST_P(ConcurrencyContract, AStoreThatIsClosedAnswersWhatItAccepted) {
  constexpr int kCalls = 200;
  std::atomic<int> answers = 0;
  for (int i = 0; i < kCalls; ++i) {
    store().Commit(space_, {{Change::Write(std::to_string(i), Guard::Absent(), 1, "")}, {}},
                   Deadline::Never(), [&](const Result<CommitOutcome>&) { ++answers; });
    store().Get(space_, {"1"}, Deadline::Never(),
                [&](const Result<std::vector<Record>>&) { ++answers; });
  }
  Close();
  EXPECT_EQ(answers, 2 * kCalls);
}

// What a continuation asks for while the store is being destroyed is answered, if only with a
// refusal.
TEST_P(ConcurrencyContract, ContinuationsMayCallTheStoreWhileItIsDestroyed) {
  constexpr int kJobs = 200;
  std::atomic<int> answers = 0;
  store::Store& store = this->store();
  const auto get = [&] {
    store.Get(space_, {"k"}, Deadline::Never(), [&](const Result<std::vector<Record>>&) {
      const Batch batch = {{Change::Write("k", Guard::Anything(), 1, "")}, {}};
      store.Commit(space_, batch, Deadline::Never(),
                   [&](const Result<CommitOutcome>&) { ++answers; });
    });
  };
  for (int i = 0; i < kJobs; ++i) {
    const Batch batch = {{Change::Write("k", Guard::Anything(), 1, std::to_string(i))}, {}};
    store.Commit(space_, batch, Deadline::Never(), [&](const Result<CommitOutcome>&) { get(); });
  }
  Close();
  EXPECT_EQ(answers, kJobs);
}

INSTANTIATE_TEST_SUITE_P(Every, ConcurrencyContract, ::testing::ValuesIn(EveryStore()), NameOf);

}  // namespace
}  // namespace vss::testing
