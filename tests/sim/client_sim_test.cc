// Several devices share one store over a bad network, and some of them go away in between.  When
// everything has come to rest, what the devices were told is compared with what the store did.
//
// Keys k0 to k3 are only ever written conditionally: of them everything must be exact.  The others,
// and the version of the whole store, are also written unconditionally and removed.  Versions of
// this protocol then start anew, and a write that meets its old version number again can be applied
// twice, or be reported as a conflict (docs/adr/0005): what happened to such a key excuses those.

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/bad_network.h"
#include "tests/sim/history.h"
#include "vss/client.h"

namespace vss::sim {
namespace {

using client::Client;
using client::Expect;
using client::KeyVersion;
using client::Transaction;

constexpr std::chrono::seconds kCallTimeMax{60};

class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(Random& random) : random_(random) {}
  void Fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  }

 private:
  Random& random_;
};

// One piece of a write, whatever its kind.
struct Asked {
  std::string key;
  Expect expect;
  bool is_removal;
};
std::vector<Asked> PiecesOf(const Transaction& transaction) {
  std::vector<Asked> pieces;
  for (const auto& write : transaction.writes) pieces.push_back({write.key, write.expect, false});
  for (const auto& remove : transaction.removes) {
    pieces.push_back({remove.key, remove.expect, true});
  }
  if (transaction.global_version) {
    pieces.push_back({client::kGlobalVersionKey, *transaction.global_version, false});
  }
  return pieces;
}

bool IsExact(const std::string& key) { return key.starts_with('k'); }

// What a device asked for, and was told.
struct Told {
  enum class Kind { kNothing, kCommitted, kNotApplied, kInDoubt };
  std::size_t device;
  std::vector<Asked> pieces;
  std::size_t commits_before;
  Kind kind = Kind::kNothing;
  std::size_t commits_after = 0;
  std::vector<KeyVersion> versions = {};

  bool Touches(const std::string& key) const {
    return std::ranges::find(pieces, key, &Asked::key) != pieces.end();
  }
};

class World {
 public:
  explicit World(Random& random) : random_(random) {
    for (std::size_t user = 0; user < kUsers; ++user) NewDevice(user);
  }

  void Run() {
    for (std::size_t user = 0; user < kUsers; ++user) {
      for (int line = 0; line < 3; ++line) NextStep(user, 25);
    }
    time_.Run();
    for (std::size_t i = 0; i < told_.size(); ++i) CheckWrite(i, told_[i]);
    CheckVersions();
    CheckOrder();
    EXPECT_EQ(calls_, answers_);
    EXPECT_GT(std::ranges::count(told_, Told::Kind::kCommitted, &Told::kind), 20);
  }

 private:
  static constexpr std::size_t kUsers = 3;
  static constexpr std::uint64_t kKeys = 4;
  using Next = std::function<void()>;

  // A client, and the network as it sees it: whose requests are whose is known here.
  class Device final : public client::Transport {
   public:
    Device(World& world, std::size_t number) : world_(world), number_(number) {
      const auto login = [&network = world.network_](client::ThenAnswer<std::string> then) {
        network.Login(std::move(then));
      };
      client = Client::Make({.base_url = "https://vss.example/vss",
                             .store_id = "store",
                             .call_time_max = kCallTimeMax,
                             .attempt_time_max = std::chrono::seconds(10)},
                            client::TokenCredentials(login, world.time_.clock()), *this,
                            world.time_.clock(), world.entropy_)
                   .value();
    }

    void Send(HttpRequest request, Then<HttpReply, TransportFailure> then) override {
      const std::size_t write = world_.WriteBehind(number_, request);
      world_.network_.Send(write, std::move(request), std::move(then));
    }
    void Wait(client::Duration time, Then<Done> then) override {
      world_.time_.After(time, [then = std::move(then)]() mutable { then(Done{}); });
    }

    std::unique_ptr<Client> client;

   private:
    World& world_;
    const std::size_t number_;
  };

  // In place of the one that this user had, whose calls are answered all the same.
  void NewDevice(std::size_t user) {
    if (!devices_.empty() && device_of_.contains(user)) DeviceOf(user).client.reset();
    device_of_[user] = devices_.size();
    devices_.push_back(std::make_unique<Device>(*this, devices_.size()));
  }
  Device& DeviceOf(std::size_t user) { return *devices_[device_of_[user]]; }

  // The write that a device's request is for: of the writes of one key, the first one that is not
  // answered yet.
  std::size_t WriteBehind(std::size_t device, const HttpRequest& request) const {
    std::string key;
    if (request.url.ends_with("/putObjects")) {
      const auto put = vss_api::DecodePutRequest(request.body).value();
      key = !put.puts.empty()      ? put.puts[0].key
            : !put.deletes.empty() ? put.deletes[0].key
                                   : client::kGlobalVersionKey;
    } else if (request.url.ends_with("/deleteObject")) {
      key = vss_api::DecodeDeleteRequest(request.body).value().item->key;
    } else {
      return History::kNoWrite;
    }
    const auto found = std::ranges::find_if(told_, [&](const Told& told) {
      return told.device == device && told.kind == Told::Kind::kNothing && told.Touches(key);
    });
    EXPECT_NE(found, told_.end()) << "a request that nobody asked for";
    return static_cast<std::size_t>(found - told_.begin());
  }

  bool OneIn(std::uint64_t n) { return Below(random_, n) == 0; }
  std::string ExactKey() { return "k" + std::to_string(Below(random_, kKeys)); }
  std::string LooseKey() { return "d" + std::to_string(Below(random_, kKeys)); }
  std::string SomeKey() { return OneIn(2) ? ExactKey() : LooseKey(); }
  // That it holds one day, if it does not now, is possible only if the key is removed or written
  // unconditionally.
  Expect SomeCondition(const std::string& key) {
    if (OneIn(2)) return Expect::Known();
    const Version present = history_.Between(key, history_.commits(), SIZE_MAX).back().version;
    if (present == 0 || OneIn(6)) return Expect::Absent();
    return Expect::At(
        present - static_cast<Version>(Below(
                      random_, std::min<std::uint64_t>(static_cast<std::uint64_t>(present), 3))));
  }
  // Short ones prove nothing; those of unconditional writes must, and nobody else writes them.
  client::Write AWrite(std::string key, Expect expect) {
    const bool is_short = expect.kind() != Expect::Kind::kUnconditional && OneIn(3);
    return {std::move(key),
            is_short ? "short" : "a value that nobody else writes: " + std::to_string(++values_),
            expect};
  }

  Transaction ATransaction() {
    Transaction transaction;
    const std::uint64_t first = Below(random_, kKeys);
    for (std::uint64_t i = 0; i < Below(random_, 3); ++i) {
      const std::string key = "k" + std::to_string((first + i) % kKeys);
      transaction.writes.push_back(AWrite(key, SomeCondition(key)));
    }
    for (std::uint64_t i = 0; i < Below(random_, 3); ++i) {
      const std::string key = "d" + std::to_string((first + i) % kKeys);
      const Expect expect = OneIn(2) ? Expect::Unconditional() : SomeCondition(key);
      if (OneIn(2) || expect.kind() == Expect::Kind::kAbsent) {
        transaction.writes.push_back(AWrite(key, expect));
      } else {
        transaction.removes.push_back({key, expect});
      }
    }
    if (OneIn(4) || PiecesOf(transaction).empty()) {
      transaction.global_version =
          OneIn(2) ? Expect::Unconditional() : SomeCondition(client::kGlobalVersionKey);
    }
    return transaction;
  }

  // A user does one thing after the other, on several lines side by side.
  void NextStep(std::size_t user, int left) {
    if (left == 0) return;
    if (OneIn(40)) NewDevice(user);
    const Next next = [this, user, left] {
      time_.After(milliseconds(Below(random_, 500)),
                  [this, user, left] { NextStep(user, left - 1); });
    };
    switch (Below(random_, 10)) {
      case 0:
        return Read(user, SomeKey(), next);
      case 1:
        return List(user, next);
      case 2:  // Two in a row, without waiting.
      {
        const std::string key = SomeKey();
        Commit(user, {.writes = {AWrite(key, Expect::Known())}}, [] {});
        return Commit(user, {.writes = {AWrite(key, Expect::Known())}}, next);
      }
      case 3:
        return Commit(user, {.writes = {AWrite(LooseKey(), Expect::Unconditional())}}, next);
      case 4:
        return Delete(user, next);
      case 5:
      case 6:
        return Commit(user, ATransaction(), next);
      default:  // Read, then write: what a careful wallet does.
        return ReadThenWrite(user, SomeKey(), next);
    }
  }

  // Counts a call, and what comes back as its answer.
  Next Counted(Next next) {
    ++calls_;
    const SteadyTime end = time_.clock().Steady() + kCallTimeMax + std::chrono::seconds(1);
    return [this, end, next = std::move(next)] {
      ++answers_;
      EXPECT_LE(time_.clock().Steady(), end) << "a call that outlived its deadline";
      next();
    };
  }

  void Read(std::size_t user, const std::string& key, Next next) {
    const std::size_t from = history_.commits();
    next = Counted(std::move(next));
    DeviceOf(user).client->Get(key, [this, key, from, next](const auto& record) {
      if (record) CheckRead(key, *record, from);
      next();
    });
  }

  void ReadThenWrite(std::size_t user, const std::string& key, const Next& next) {
    Read(user, key, [this, user, key, next] {
      Commit(user, {.writes = {AWrite(key, Expect::Known())}}, next);
    });
  }

  void List(std::size_t user, Next next) {
    const std::size_t from = history_.commits();
    next = Counted(std::move(next));
    DeviceOf(user).client->List({.page_size = 2}, [this, from, next](const auto& listing) {
      if (listing) CheckListing(*listing, from);
      next();
    });
  }

  void Commit(std::size_t user, Transaction transaction, Next next) {
    auto then = Telling(user, transaction, std::move(next));
    DeviceOf(user).client->Commit(std::move(transaction), std::move(then));
  }

  void Delete(std::size_t user, Next next) {
    const std::string key = LooseKey();
    Expect expect = OneIn(3) ? Expect::Unconditional() : SomeCondition(key);
    if (expect.kind() == Expect::Kind::kAbsent) expect = Expect::Known();
    client::Remove remove{key, expect};
    auto then = Telling(user, {.removes = {remove}}, std::move(next));
    DeviceOf(user).client->Delete(std::move(remove), std::move(then));
  }

  client::ThenAnswer<client::WriteOutcome> Telling(std::size_t user, const Transaction& transaction,
                                                   Next next) {
    const std::size_t number = told_.size();
    told_.push_back({device_of_[user], PiecesOf(transaction), history_.commits()});
    return [this, number, next = Counted(std::move(next))](const auto& outcome) {
      Told& told = told_[number];
      told.commits_after = history_.commits();
      if (!outcome) {
        told.kind =
            outcome.error().may_have_been_applied ? Told::Kind::kInDoubt : Told::Kind::kNotApplied;
      } else {
        told.kind = outcome->IsCommitted() ? Told::Kind::kCommitted : Told::Kind::kNotApplied;
        told.versions = outcome->keys;
      }
      next();
    };
  }

  // What is read was there at some time since the call.
  void CheckRead(const std::string& key, const std::optional<client::StoredRecord>& record,
                 std::size_t from) {
    const auto states = history_.Between(key, from, history_.commits());
    EXPECT_TRUE(std::ranges::any_of(states, [&](const Applied& state) {
      return record ? state.version == record->version && state.value == record->value
                    : state.version == 0;
    })) << key;
  }

  void CheckListing(const client::Listing& listing, std::size_t from) {
    std::map<std::string, Version> listed;
    for (const KeyVersion& found : listing.keys) {
      EXPECT_TRUE(listed.emplace(found.key, found.version).second) << "twice: " << found.key;
    }
    for (const char kind : {'k', 'd'}) {
      for (std::uint64_t i = 0; i < kKeys; ++i) {
        const std::string key = kind + std::to_string(i);
        // 0 if it is not listed, which it may not be if it came or went meanwhile.
        const auto states = history_.Between(key, from, history_.commits());
        const bool may_be_missing = std::ranges::count(states, 0, &Applied::version) > 0;
        EXPECT_TRUE(std::ranges::count(states, listed[key], &Applied::version) > 0 ||
                    (listed[key] == 0 && may_be_missing))
            << key;
      }
    }
    ASSERT_TRUE(listing.global_version);
    const auto states = history_.Between(client::kGlobalVersionKey, from, history_.commits());
    EXPECT_GT(std::ranges::count(states, *listing.global_version, &Applied::version), 0);
  }

  void CheckWrite(std::size_t number, const Told& told) {
    const auto commits = history_.CommitsFor(number);
    const bool is_exact = std::ranges::any_of(told.pieces, IsExact, &Asked::key);
    EXPECT_TRUE(commits.size() <= 1 || !is_exact) << "applied twice";
    switch (told.kind) {
      case Told::Kind::kNothing:
        ADD_FAILURE() << "a write without an answer";
        break;
      case Told::Kind::kCommitted:
        CheckCommitted(number, told);
        break;
      case Told::Kind::kNotApplied:
        EXPECT_TRUE(commits.empty() || HasExcuse(told, commits.front())) << "applied after all";
        break;
      case Told::Kind::kInDoubt:
        break;
    }
  }

  // What this write needed, a version or anything to remove, came back meanwhile; or it came to be
  // after the answer, and then a copy of the request arrived.
  bool HasExcuse(const Told& told, std::size_t commit) {
    return std::ranges::any_of(told.pieces, [&](const Asked& asked) {
      const bool has_condition =
          asked.is_removal || asked.expect.kind() != Expect::Kind::kUnconditional;
      return has_condition && !IsExact(asked.key) &&
             (commit > told.commits_after || history_.HasRestarted(asked.key, told.commits_before));
    });
  }

  void CheckCommitted(std::size_t number, const Told& told) {
    ASSERT_EQ(told.versions.size(), told.pieces.size());
    const auto commits = history_.CommitsFor(number);
    if (std::ranges::all_of(told.pieces, &Asked::is_removal)) {
      for (const Asked& asked : told.pieces) {
        const auto states = history_.Between(asked.key, told.commits_before, told.commits_after);
        EXPECT_GT(std::ranges::count(states, 0, &Applied::version), 0) << "not removed";
      }
      return;
    }
    ASSERT_FALSE(commits.empty()) << "lost";
    EXPECT_LE(commits.front(), told.commits_after) << "too early";
    for (std::size_t i = 0; i < told.pieces.size(); ++i) {
      const auto states = history_.Between(told.pieces[i].key, commits.front(), commits.front());
      EXPECT_EQ(told.versions[i], (KeyVersion{told.pieces[i].key, states.back().version}));
    }
  }

  void CheckVersions() {
    for (std::uint64_t i = 0; i < kKeys; ++i) {
      Version last = 0;
      for (const Applied& applied : history_.Of("k" + std::to_string(i))) {
        EXPECT_EQ(applied.version, ++last) << "written over something newer";
      }
    }
  }

  // Of one device's writes of one key, those called earlier were applied earlier.
  void CheckOrder() {
    std::map<std::pair<std::size_t, std::string>, std::size_t> last;
    for (std::size_t i = 0; i < told_.size(); ++i) {
      const auto commits = history_.CommitsFor(i);
      // What was to be removed was not there, and came later.
      const bool was_needed = !commits.empty() && commits.front() <= told_[i].commits_after;
      if (told_[i].kind != Told::Kind::kCommitted || !was_needed) continue;
      for (const Asked& asked : told_[i].pieces) {
        std::size_t& before = last[{told_[i].device, asked.key}];
        EXPECT_GT(commits.front(), before) << "out of order";
        before = commits.front();
      }
    }
  }

  Random& random_;
  VirtualTime time_;
  SeededEntropy entropy_{random_};
  History history_{time_.clock()};
  BadNetwork network_{time_, random_, entropy_, history_};
  std::vector<std::unique_ptr<Device>> devices_;
  std::map<std::size_t, std::size_t> device_of_;  // By user.
  std::deque<Told> told_;
  int values_ = 0;
  int calls_ = 0;
  int answers_ = 0;
};

TEST(ClientSim, WhatDevicesAreToldIsWhatTheStoreHolds) {
  Random random = testing::MakeRandom();
  for (int round = 0; round < 40 && !::testing::Test::HasFailure(); ++round) World(random).Run();
}

}  // namespace
}  // namespace vss::sim
