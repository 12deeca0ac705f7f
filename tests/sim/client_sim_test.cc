// Several devices share one store through a network that delays, drops, repeats and breaks what it
// carries; the server behind it is the real service on the model store.  When everything has come
// to rest, what the devices were told is compared with what the store did.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "auth/open.h"
#include "service/admission.h"
#include "service/vss_service.h"
#include "store/memory/memory_store.h"
#include "tests/support/seed.h"
#include "tests/support/virtual_time.h"
#include "vss/client.h"

namespace vss {
namespace {

using client::Client;
using client::Expect;
using client::HttpReply;
using client::HttpRequest;
using client::TransportFailure;
using client::WriteOutcome;
using std::chrono::milliseconds;
using testing::Below;
using testing::Random;
using testing::VirtualTime;

// One change that the store made; `at` counts its commits.
struct Applied {
  std::size_t at;
  Version version;
  std::optional<std::string> value;
};

// Remembers everything that was ever committed.
class RememberingStore final : public store::Store {
 public:
  explicit RememberingStore(const Clock& clock) : store_(clock) {}

  void Commit(Space space, Batch batch, Deadline deadline, Then<CommitOutcome> then) override {
    const Batch copy = batch;
    store_.Commit(std::move(space), std::move(batch), deadline,
                  [&, then = std::move(then)](Result<CommitOutcome> outcome) mutable {
                    if (outcome && outcome->kind == CommitOutcome::Kind::kCommitted) {
                      Remember(copy);
                    }
                    then(std::move(outcome));
                  });
  }
  void Get(Space space, std::vector<Key> keys, Deadline deadline,
           Then<std::vector<Record>> then) override {
    store_.Get(std::move(space), std::move(keys), deadline, std::move(then));
  }
  void List(Space space, ListQuery query, Deadline deadline, Then<Page> then) override {
    store_.List(std::move(space), std::move(query), deadline, std::move(then));
  }
  void Scan(Space space, ScanQuery query, Deadline deadline, Then<ScanResult> then) override {
    store_.Scan(std::move(space), std::move(query), deadline, std::move(then));
  }

  std::size_t commits() const { return commits_; }
  const std::vector<Applied>& HistoryOf(const std::string& key) { return history_[key]; }

 private:
  void Remember(const Batch& batch) {
    ++commits_;
    for (const Change& change : batch.changes) {
      if (change.action == Change::Action::kWrite) {
        history_[change.key].push_back({commits_, change.version, change.value});
      } else if (change.action == Change::Action::kRemove) {
        history_[change.key].push_back({commits_, 0, std::nullopt});
      }
    }
  }

  store::MemoryStore store_;
  std::size_t commits_ = 0;
  std::map<std::string, std::vector<Applied>> history_;
};

class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(Random& random) : random_(random) {}
  void Fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  }

 private:
  Random& random_;
};

// The server, as it is reached through a bad network.
class BadNetwork final : public client::Transport {
 public:
  BadNetwork(VirtualTime& time, Random& random, service::VssService& service)
      : time_(time), random_(random), service_(service) {}

  void Send(HttpRequest request, Then<HttpReply, TransportFailure> then) override {
    auto exchange = std::make_shared<Exchange>(Exchange{std::move(request), std::move(then)});
    time_.After(exchange->request.time_max, [exchange] {
      exchange->Answer(Unexpected(TransportFailure{Reached::kMaybe, "no reply in time"}));
    });
    const bool is_bad = Below(random_, 100) < troubles_per_cent;
    const auto trouble = is_bad ? 1 + Below(random_, 7) : 0;
    switch (trouble) {
      case 1:
        return Fail(exchange, Reached::kNo);
      case 2:
        return Fail(exchange, Reached::kMaybe);  // Lost on its way.
      case 3:  // A proxy has had enough, and delivers nevertheless, or not.
        if (Below(random_, 2) == 0) Deliver(exchange, false);
        return Reply(exchange, HttpReply{.status = Below(random_, 2) == 0 ? 502 : 503});
      case 4:  // Carried out, and the reply is lost, at once or in silence.
        Deliver(exchange, false);
        if (Below(random_, 2) == 0) Fail(exchange, Reached::kMaybe);
        return;
      case 5:  // Repeated on the way, after it was answered.
        Deliver(exchange, true);
        return time_.After(milliseconds(500 + Below(random_, 90'000)),
                           [this, exchange] { Deliver(exchange, false); });
      case 6:  // So late that nobody waits any more.
        return time_.After(milliseconds(Below(random_, 90'000)),
                           [this, exchange] { Deliver(exchange, true); });
      case 7:  // The reply to something else.
        Deliver(exchange, false);
        return Reply(exchange, AReply(200, {}, "\x12\x04\x0a\x02zz"));
      default:
        return Deliver(exchange, true);
    }
  }

  void Wait(client::Duration time, Then<Done> then) override {
    time_.After(time, [then = std::move(then)]() mutable { then(Done{}); });
  }

  std::uint64_t troubles_per_cent = 30;

 private:
  using Reached = TransportFailure::Reached;
  struct Exchange {
    HttpRequest request;
    Then<HttpReply, TransportFailure> then;
    bool is_answered = false;

    void Answer(Expected<HttpReply, TransportFailure> reply) {
      if (!std::exchange(is_answered, true)) then(std::move(reply));
    }
  };
  using ExchangePointer = std::shared_ptr<Exchange>;

  static HttpReply AReply(int status, std::optional<std::chrono::seconds> retry_after,
                          std::string body) {
    HttpReply reply{.status = status, .body = std::move(body)};
    (void)reply.headers.Set("vss-protocol-version", "0");
    if (retry_after) {
      (void)reply.headers.Set("retry-after", std::to_string(retry_after->count()));
    }
    return reply;
  }

  milliseconds SomeTime() { return milliseconds(1 + Below(random_, 200)); }

  void Fail(const ExchangePointer& exchange, Reached reached) {
    time_.After(SomeTime(), [exchange, reached] {
      exchange->Answer(Unexpected(TransportFailure{reached, "simulated"}));
    });
  }
  void Reply(const ExchangePointer& exchange, HttpReply reply) {
    time_.After(SomeTime(), [exchange, reply = std::move(reply)] { exchange->Answer(reply); });
  }

  void Deliver(const ExchangePointer& exchange, bool with_reply) {
    time_.After(SomeTime(), [this, exchange, with_reply] {
      const std::string& url = exchange->request.url;
      const std::string operation = url.substr(url.rfind('/') + 1);
      using vss_api::Operation;
      service_.Serve(
          operation == "getObject"      ? Operation::kGetObject
          : operation == "putObjects"   ? Operation::kPutObjects
          : operation == "deleteObject" ? Operation::kDeleteObject
                                        : Operation::kListKeyVersions,
          {"tenant", "127.0.0.1"}, exchange->request.body, [&](Result<vss_api::Answer> result) {
            if (!with_reply) return;
            const vss_api::Answer answer =
                result ? *std::move(result) : vss_api::AnswerTo(result.error());
            Reply(exchange, AReply(answer.status, answer.retry_after, answer.body + answer.tail));
          });
    });
  }

  VirtualTime& time_;
  Random& random_;
  service::VssService& service_;
};

// What a device was told about one of its writes.
struct Told {
  enum class Kind { kNothing, kCommitted, kNotApplied, kInDoubt };
  std::size_t device = 0;
  std::vector<std::string> keys;
  std::string value;  // Of all its keys, and of no other write.
  Kind kind = Kind::kNothing;
  std::vector<client::KeyVersion> versions = {};
};

class World {
 public:
  explicit World(Random& random) : random_(random) {
    for (std::size_t i = 0; i < kDevices; ++i) {
      client::ClientOptions options{.base_url = "https://vss.example/vss",
                                    .store_id = "store",
                                    .call_time_max = std::chrono::seconds(60),
                                    .attempt_time_max = std::chrono::seconds(10)};
      devices_.push_back(Client::Make(std::move(options), client::FixedCredentials(), network_,
                                      time_.clock(), entropy_)
                             .value());
    }
  }

  void Run() {
    for (std::size_t device = 0; device < kDevices; ++device) {
      for (int line = 0; line < 3; ++line) NextStep(device, 25);
    }
    time_.Run();
    CheckWrites();
    CheckOrder();
    EXPECT_EQ(calls_, answers_);
    EXPECT_GT(std::ranges::count(told_, Told::Kind::kCommitted, &Told::kind), 20);
  }

 private:
  static constexpr std::size_t kDevices = 3;
  static constexpr std::uint64_t kKeys = 5;

  std::string SomeKey() { return "k" + std::to_string(Below(random_, kKeys)); }
  std::string NewValue() {
    return "a value that nobody else writes: " + std::to_string(told_.size());
  }

  // A device does one thing after the other, on several lines side by side.
  void NextStep(std::size_t device, int left) {
    if (left == 0) return;
    const auto next = [this, device, left] {
      ++answers_;
      time_.After(milliseconds(Below(random_, 500)),
                  [this, device, left] { NextStep(device, left - 1); });
    };
    switch (Below(random_, 6)) {
      case 0:
      case 1:
        return Read(device, SomeKey(), next);
      case 2:
        return Write(device, {SomeKey()}, next);
      case 3:  // Two in a row, without waiting.
      {
        const std::string key = SomeKey();
        Write(device, {key}, [this] { ++answers_; });
        return Write(device, {key}, next);
      }
      case 4: {
        const std::uint64_t first = Below(random_, kKeys);
        return Write(
            device, {"k" + std::to_string(first), "k" + std::to_string((first + 1) % kKeys)}, next);
      }
      default:  // Read, then write: what a careful wallet does.
        return ReadThenWrite(device, SomeKey(), next);
    }
  }

  template <typename Next>
  void Read(std::size_t device, const std::string& key, Next next) {
    ++calls_;
    const std::size_t known = settled_[key];
    devices_[device]->Get(key, [this, key, known, next](const auto& record) {
      if (record) CheckRead(key, *record, known);
      next();
    });
  }

  template <typename Next>
  void ReadThenWrite(std::size_t device, const std::string& key, Next next) {
    Read(device, key, [this, device, key, next] {
      ++answers_;
      Write(device, {key}, next);
    });
  }

  template <typename Next>
  void Write(std::size_t device, std::vector<std::string> keys, Next next) {
    ++calls_;
    const std::string value = NewValue();
    const std::size_t number = told_.size();
    client::Transaction transaction;
    for (const std::string& key : keys) transaction.writes.push_back({key, value});
    told_.push_back({device, std::move(keys), value});
    devices_[device]->Commit(std::move(transaction), [this, number, next](const auto& outcome) {
      Told& told = told_[number];
      if (!outcome) {
        told.kind =
            outcome.error().may_have_been_applied ? Told::Kind::kInDoubt : Told::Kind::kNotApplied;
      } else if (outcome->IsCommitted()) {
        told.kind = Told::Kind::kCommitted;
        told.versions = outcome->keys;
        for (const std::string& key : told.keys) {
          if (const Applied* applied = Find(key, told.value)) {
            settled_[key] = std::max(settled_[key], applied->at);
          }
        }
      } else {
        told.kind = Told::Kind::kNotApplied;
      }
      next();
    });
  }

  const Applied* Find(const std::string& key, const std::string& value) {
    const auto& history = store_.HistoryOf(key);
    const auto found = std::ranges::find(history, value, &Applied::value);
    return found == history.end() ? nullptr : &*found;
  }

  // What is read was written, and is not older than what was settled before the read began.
  void CheckRead(const std::string& key, const std::optional<client::StoredRecord>& record,
                 std::size_t known) {
    if (!record) {
      EXPECT_EQ(known, 0u) << key << " was there";
      return;
    }
    const Applied* const applied = Find(key, record->value);
    ASSERT_NE(applied, nullptr) << record->value;
    EXPECT_EQ(applied->version, record->version);
    EXPECT_GE(applied->at, known) << "an old value";
  }

  void CheckWrites() {
    for (const Told& told : told_) {
      for (std::size_t i = 0; i < told.keys.size(); ++i) {
        const Applied* const applied = Find(told.keys[i], told.value);
        switch (told.kind) {
          case Told::Kind::kNothing:
            ADD_FAILURE() << "a write without an answer";
            break;
          case Told::Kind::kCommitted:
            ASSERT_NE(applied, nullptr) << "lost: " << told.value;
            EXPECT_EQ(told.versions[i], (client::KeyVersion{told.keys[i], applied->version}));
            break;
          case Told::Kind::kNotApplied:
            EXPECT_EQ(applied, nullptr) << "applied after all: " << told.value;
            break;
          case Told::Kind::kInDoubt:
            break;
        }
      }
    }
    for (std::uint64_t i = 0; i < kKeys; ++i) {
      Version last = 0;
      for (const Applied& applied : store_.HistoryOf("k" + std::to_string(i))) {
        EXPECT_EQ(applied.version, ++last) << "written twice, or over something newer";
      }
    }
  }

  // Of one device's writes of one key, those called earlier were applied earlier.
  void CheckOrder() {
    std::map<std::pair<std::size_t, std::string>, std::size_t> last;
    for (const Told& told : told_) {
      if (told.kind != Told::Kind::kCommitted) continue;
      for (const std::string& key : told.keys) {
        std::size_t& before = last[{told.device, key}];
        EXPECT_GT(Find(key, told.value)->at, before) << "out of order: " << told.value;
        before = Find(key, told.value)->at;
      }
    }
  }

  Random& random_;
  VirtualTime time_;
  SeededEntropy entropy_{random_};
  auth::OpenAuthorizer authorizer_;
  service::NoLimitObserver observer_;
  service::Admission admission_{{}, time_.clock(), entropy_, observer_};
  RememberingStore store_{time_.clock()};
  service::VssService service_{{}, authorizer_, admission_, store_, observer_, time_.clock()};
  BadNetwork network_{time_, random_, service_};
  std::vector<std::unique_ptr<Client>> devices_;
  std::vector<Told> told_;
  std::map<std::string, std::size_t> settled_;  // By key: the newest commit that somebody knows of.
  int calls_ = 0;
  int answers_ = 0;
};

TEST(ClientSim, WhatDevicesAreToldIsWhatTheStoreHolds) {
  Random random = testing::MakeRandom();
  for (int round = 0; round < 40 && !::testing::Test::HasFailure(); ++round) World(random).Run();
}

}  // namespace
}  // namespace vss
