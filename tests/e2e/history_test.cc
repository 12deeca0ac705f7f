// What concurrent clients are told, on every store, has an explanation: the requests could have
// come one after the other, each at one moment between its call and its answer.  Also while the
// server is killed and comes back.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <iostream>
#include <memory>
#include <thread>

#include "tests/e2e/linearizability.h"
#include "tests/e2e/on_a_store.h"
#include "tests/e2e/recorder.h"

namespace vss::testing {
namespace {

const std::vector<std::string> kKeys = {"a", "b", "c"};

// One request of a client on one key.
bool UseOneKey(VssClient& client, Recorder& recorder, Random& random, const std::string& value) {
  const std::string& key = kKeys[Below(random, kKeys.size())];
  const std::int64_t version = recorder.Believed(key);
  switch (Below(random, 8)) {
    case 0:
      return recorder.Put(client, {.puts = {{key, -1, value}}});
    case 1:
      return recorder.Put(client, {.deletes = {{key, version}}, .is_delete = true});
    case 2:
    case 3:
    case 4:
      return recorder.Put(client, {.puts = {{key, version, value}}});
    default:
      return recorder.Get(client, key);
  }
}

// One request of a client that writes all keys together, under the global version.
bool UseAllKeys(VssClient& client, Recorder& recorder, Random& random, const std::string& value) {
  switch (Below(random, 8)) {
    case 0:
      return recorder.Get(client, kKeys[Below(random, kKeys.size())]);
    case 1:
      return recorder.Get(client, kGlobalVersion);
    case 2:
      return recorder.Put(client, {.puts = {{kKeys[0], -1, value}}, .deletes = {{kKeys[1], -1}}});
    case 3:
    case 4:
    case 5: {
      Write write{.global_version = recorder.Believed(kGlobalVersion)};
      for (const std::string& key : kKeys) write.puts.push_back({key, -1, value});
      return recorder.Put(client, write);
    }
    default:
      return recorder.List(client);
  }
}

using Use = decltype(&UseOneKey);

class History : public OnAStore {
 protected:
  // So many requests of each of so many clients, all on one store.  Each client keeps its recorder.
  void Record(std::vector<Recorder>& recorders, const std::string& store, Use use, int requests) {
    is_over_ = false;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < recorders.size(); ++i) {
      threads.emplace_back([&, i, seed = random_(), base = server_->Base()] {
        Random random(seed);
        VssClient client(base, store);
        for (int request = 0; request < requests && !is_over_; ++request) {
          const std::string value = std::to_string(i) + "." + std::to_string(++values_);
          // Only a server that was killed gives no answer.
          if (!use(client, recorders[i], random, value)) break;
        }
      });
    }
    if (disturb_) disturb_();
    for (std::thread& thread : threads) thread.join();
  }

  static std::vector<Request> Together(const std::vector<Recorder>& recorders) {
    std::vector<Request> all;
    for (const Recorder& recorder : recorders) {
      all.insert(all.end(), recorder.history().begin(), recorder.history().end());
    }
    return all;
  }

  void Restart() {
    is_over_ = true;
    server_->Stop(SIGKILL);
    deployment_->AwaitQuiet();
    server_ = deployment_->Start();
  }

  Random random_ = MakeRandom();
  std::atomic<std::uint64_t> values_ = 0;
  std::atomic<bool> is_over_ = false;
  std::function<void()> disturb_;
};

void ExpectExplained(const Verdict& verdict, std::size_t requests) {
  EXPECT_EQ(verdict.kind, Verdict::Kind::kLinearizable) << verdict.explanation;
  std::cout << requests << " requests explained" << std::endl;
}

TEST_P(History, OfSingleKeys) {
  std::vector<Recorder> recorders(8);
  Record(recorders, "single keys", UseOneKey, 250);
  const auto history = Together(recorders);
  EXPECT_EQ(history.size(), 8 * 250);
  ExpectExplained(CheckEachKey(history), history.size());
}

TEST_P(History, OfAWholeStore) {
  for (int round = 0; round < 4; ++round) {
    std::vector<Recorder> recorders(5);
    Record(recorders, "whole " + std::to_string(round), UseAllKeys, 60);
    const auto history = Together(recorders);
    ExpectExplained(CheckLinearizable(history), history.size());
  }
}

class HistoryOfADurableStore : public History {};

TEST_P(HistoryOfADurableStore, ThroughCrashes) {
  const auto kill_soon = [this] {
    Pause(std::chrono::milliseconds(Below(random_, 80)));
    server_->Stop(SIGKILL);
  };
  for (const auto& [use, clients] : {std::pair<Use, int>(UseOneKey, 8), {UseAllKeys, 5}}) {
    std::vector<Recorder> recorders(static_cast<std::size_t>(clients));
    const std::string store = "crashes " + std::to_string(clients);
    for (int life = 0; life < 4; ++life) {
      disturb_ = kill_soon;
      Record(recorders, store, use, 100);
      Restart();
      for (Recorder& recorder : recorders) recorder.NothingIsUnderWay();
    }
    disturb_ = nullptr;
    Record(recorders, store, use, 20);
    const auto history = Together(recorders);
    ExpectExplained(use == UseOneKey ? CheckEachKey(history) : CheckLinearizable(history),
                    history.size());
  }
}

const auto kNameOfStore = [](const auto& store) { return store.param; };
INSTANTIATE_TEST_SUITE_P(Every, History, ::testing::Values("memory", "sqlite", "postgres"),
                         kNameOfStore);
INSTANTIATE_TEST_SUITE_P(Every, HistoryOfADurableStore, ::testing::Values("sqlite", "postgres"),
                         kNameOfStore);

}  // namespace
}  // namespace vss::testing
