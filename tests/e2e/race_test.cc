// Sixty-four writers race for the same versions: each version has exactly one winner, everybody
// else is told of a conflict, and nobody of anything else.

#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "tests/e2e/model.h"
#include "tests/e2e/on_a_store.h"
#include "tests/support/seed.h"

namespace vss::testing {
namespace {

constexpr int kWriters = 64;

class Race : public OnAStore {
 protected:
  // `run` by every writer at once.
  static void Everybody(const std::function<void(int writer)>& run) {
    std::vector<std::thread> threads;
    threads.reserve(kWriters);
    for (int i = 0; i < kWriters; ++i) threads.emplace_back(run, i);
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_P(Race, ForOneKeyHasOneWinnerAVersion) {
  constexpr int kRounds = 12;
  std::barrier start(kWriters);
  Guarded<std::map<std::int64_t, std::vector<std::string>>> winners;
  Everybody([&](int writer) {
    VssClient client(server_->Base(), "one key");
    for (std::int64_t version = 0; version < kRounds; ++version) {
      const std::string value = std::to_string(writer) + " at " + std::to_string(version);
      start.arrive_and_wait();
      const Outcome outcome = client.Put({{"k", version, value}});
      if (outcome == kOk) {
        winners.With([&](auto& all) { all[version].push_back(value); });
      } else {
        EXPECT_EQ(outcome, kConflict);
      }
      start.arrive_and_wait();
      // The winner's value is what everybody sees.
      EXPECT_EQ(client.MustGet("k"), (Entry{"k", version + 1, winners.With([&](auto& all) {
                                              return all[version].empty() ? "" : all[version][0];
                                            })}));
    }
  });
  winners.With([&](auto& all) {
    EXPECT_EQ(all.size(), kRounds);
    for (const auto& [version, values] : all) EXPECT_EQ(values.size(), 1U) << "at " << version;
  });
}

TEST_P(Race, ForCrossingKeySetsHasOneWinnerAVersion) {
  const std::vector<std::string> keys = {"a", "b", "c", "d", "e", "f"};
  Random random = MakeRandom();
  std::vector<std::uint64_t> seeds(kWriters);
  std::generate(seeds.begin(), seeds.end(), std::ref(random));
  Guarded<std::map<std::pair<std::string, std::int64_t>, int>> wins;
  Everybody([&](int writer) {
    Random mine(seeds[static_cast<std::size_t>(writer)]);
    VssClient client(server_->Base(), "crossing");
    for (int round = 0; round < 10; ++round) {
      std::vector<std::string> some = keys;
      std::shuffle(some.begin(), some.end(), mine);
      some.resize(2 + Below(mine, 3));
      std::vector<Entry> puts;
      for (const std::string& key : some) {
        Entry now;
        const Outcome read = client.Get(key, &now);
        EXPECT_TRUE(read == kOk || read == kNoSuchKey) << read;
        puts.push_back({key, now.version, std::to_string(writer)});
      }
      const Outcome outcome = client.Put(puts);
      if (!(outcome == kOk)) {
        EXPECT_EQ(outcome, kConflict);
        continue;
      }
      wins.With([&](auto& all) {
        for (const Entry& put : puts) ++all[{put.key, put.version}];
      });
    }
  });

  std::map<std::string, std::int64_t> acknowledged;
  wins.With([&](auto& all) {
    for (const auto& [version, winners] : all) {
      EXPECT_EQ(winners, 1) << version.first << " at " << version.second;
      ++acknowledged[version.first];
    }
  });
  VssClient client(server_->Base(), "crossing");
  for (const auto& [key, writes] : acknowledged) EXPECT_EQ(client.MustGet(key).version, writes);
  EXPECT_FALSE(acknowledged.empty());
}

// Without versions nobody conflicts, whatever order the keys come in, and one put is left whole.
TEST_P(Race, WithoutVersionsEverybodyWins) {
  Random random = MakeRandom();
  std::vector<std::uint64_t> seeds(kWriters);
  std::generate(seeds.begin(), seeds.end(), std::ref(random));
  Everybody([&](int writer) {
    Random mine(seeds[static_cast<std::size_t>(writer)]);
    VssClient client(server_->Base(), "unconditional");
    for (int round = 0; round < 5; ++round) {
      const std::string value = std::to_string(writer) + " in " + std::to_string(round);
      std::vector<Entry> puts = {{"a", -1, value}, {"b", -1, value}, {"c", -1, value}};
      std::shuffle(puts.begin(), puts.end(), mine);
      EXPECT_EQ(client.Put(puts), kOk);
    }
  });
  VssClient client(server_->Base(), "unconditional");
  const std::string value = client.MustGet("a").value;
  EXPECT_EQ(client.MustGet("b").value, value);
  EXPECT_EQ(client.MustGet("c").value, value);
}

INSTANTIATE_TEST_SUITE_P(Every, Race, ::testing::Values("sqlite", "postgres"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace vss::testing
