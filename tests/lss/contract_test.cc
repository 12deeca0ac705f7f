// What every store promises (tests/contract), as far as signers can ask for it: through gRPC, on
// every store.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lss_api/codec.h"
#include "lss_api/receipt.h"
#include "tests/lss/clients.h"
#include "tests/lss/over_grpc.h"

namespace vss::testing {
namespace {

using lss_api::Code;
using lss_api::kAbsent;
using lss_api::Operation;

constexpr Version kFirst = std::numeric_limits<Version>::min();
constexpr Version kLast = std::numeric_limits<Version>::max();

using Records = std::vector<Record>;

// Clients live apart, so all tests share one server on each kind of store.
class LssContract : public ::testing::TestWithParam<std::string> {
 protected:
  static void TearDownTestSuite() { Servers().clear(); }

  void SetUp() override {
    Server& shared = Servers()[GetParam()];
    if (shared.running == nullptr) {
      auto started = StartLssServer(GetParam(), shared.key_folder);
      if (!started) GTEST_SKIP() << started.error().message;
      shared.running = *std::move(started);
    }
    Use(*shared.running);
  }
  // One of this test only.
  void StartWith(const std::function<void(server::Config&)>& adjust) {
    own_.running = StartLssServer(GetParam(), own_.key_folder, adjust).value();
    Use(*own_.running);
  }
  const std::string& Url() const { return url_; }

  void Store(Records items) {
    const auto outcome = (*signer_)->Put(std::move(items));
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->conflicts, Records());
  }
  Records ConflictsOf(Records items) {
    const auto outcome = (*signer_)->Put(std::move(items));
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome ? outcome->conflicts : Records();
  }
  Failure FailureOf(Records items) {
    const auto outcome = (*signer_)->Put(std::move(items));
    EXPECT_FALSE(outcome);
    return outcome ? Failure{} : outcome.error();
  }
  Records Under(const std::string& prefix) {
    const auto found = (*signer_)->Get(prefix);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Records();
  }

 private:
  struct Server {
    TempFolder key_folder;
    std::unique_ptr<RunningServer> running;
  };
  static std::map<std::string, Server>& Servers() {
    static std::map<std::string, Server> servers;
    return servers;
  }
  void Use(const RunningServer& server) {
    url_ = server.LssBase();
    signer_ = std::make_unique<TestSigner>(url_, KeyFrom(secret_));
  }

  Server own_;
  std::string url_;

 protected:
  const crypto::Secret<32> secret_ = RandomSecret();
  std::unique_ptr<TestSigner> signer_;
};

INSTANTIATE_TEST_SUITE_P(On, LssContract, ::testing::ValuesIn(EveryStoreKind()), NameOfStore);

// Guards.

TEST_P(LssContract, APutNamesTheVersionThatComesNext) {
  EXPECT_EQ(ConflictsOf({{"a", 1, "early"}}), (Records{{"a", kAbsent, ""}}));
  Store({{"a", 0, "red"}});
  EXPECT_EQ(ConflictsOf({{"a", 0, "blue"}}), (Records{{"a", 0, "red"}}));
  EXPECT_EQ(ConflictsOf({{"a", 0, "red"}}), (Records{{"a", 0, "red"}})) << "the same again";
  EXPECT_EQ(ConflictsOf({{"a", 2, "blue"}}), (Records{{"a", 0, "red"}}));
  Store({{"a", 1, "blue"}});
  EXPECT_EQ(ConflictsOf({{"a", 1, "green"}}), (Records{{"a", 1, "blue"}}));
  EXPECT_EQ(Under(""), (Records{{"a", 1, "blue"}}));
}

TEST_P(LssContract, NoVersionIsTooWildForAConflict) {
  for (const Version version : {kFirst, kFirst + 1, Version{-2}, Version{-1}, kLast - 1, kLast}) {
    EXPECT_EQ(ConflictsOf({{"a", version, "x"}}), (Records{{"a", kAbsent, ""}})) << version;
  }
  Store({{"a", 0, "x"}});
  for (const Version version : {kFirst, kFirst + 1, Version{-2}, Version{-1}, kLast - 1, kLast}) {
    EXPECT_EQ(ConflictsOf({{"a", version, "y"}}), (Records{{"a", 0, "x"}})) << version;
  }
  EXPECT_EQ(Under(""), (Records{{"a", 0, "x"}}));
}

TEST_P(LssContract, VersionsGoOnForLong) {
  for (Version version = 0; version < 100; ++version) {
    Store({{"a", version, std::to_string(version)}});
  }
  EXPECT_EQ(Under(""), (Records{{"a", 99, "99"}}));
}

// Batches.

TEST_P(LssContract, APutIsAllOrNothing) {
  Store({{"a", 0, "red"}, {"b", 0, "red"}});
  EXPECT_EQ(ConflictsOf({{"a", 1, "blue"}, {"b", 0, "blue"}, {"c", 0, "blue"}}),
            (Records{{"b", 0, "red"}}));
  EXPECT_EQ(Under(""), (Records{{"a", 0, "red"}, {"b", 0, "red"}}));
  Store({{"a", 1, "blue"}, {"b", 1, "blue"}, {"c", 0, "blue"}});
  EXPECT_EQ(Under(""), (Records{{"a", 1, "blue"}, {"b", 1, "blue"}, {"c", 0, "blue"}}));
}

TEST_P(LssContract, EveryObstacleIsShownInTheOrderOfThePut) {
  Store({{"a", 0, "1"}, {"c", 0, "3"}, {"e", 0, ""}});
  EXPECT_EQ(
      ConflictsOf({{"a", 5, "x"}, {"b", 0, "x"}, {"c", 0, "x"}, {"d", 9, "x"}, {"e", 3, "x"}}),
      (Records{{"a", 0, "1"}, {"c", 0, "3"}, {"d", kAbsent, ""}, {"e", 0, ""}}));
  EXPECT_EQ(Under("").size(), 3u);
}

TEST_P(LssContract, AnEmptyPutIsStored) {
  Store({});
  EXPECT_EQ(Under(""), Records());
}

TEST_P(LssContract, APutHasUpToTenThousandItems) {
  Records items;
  for (int i = 0; i < 10'001; ++i) items.push_back({"key" + std::to_string(100'000 + i), 0, ""});
  EXPECT_EQ(FailureOf(items).message, "more than 10000 items in one put");
  EXPECT_EQ(Under(""), Records());
  items.pop_back();
  Store(items);
  EXPECT_EQ(Under("key"), items);
}

TEST_P(LssContract, WhatIsOutOfOrderOrTwiceIsRefused) {
  const auto answer_to = [this](const Records& items) {
    const crypto::SigningKey key = KeyFrom(secret_);
    const auto shared = auth::MakeSharedKey(key, *lss_client::ServerId(signer_->transport()));
    const lss_api::PutRequest put = {
        lss_api::Auth{std::string(TextOf(key.PublicKey())), std::string(TextOf(shared->token))},
        items, lss_api::PutRequestHmac(shared->secret, items)};
    return signer_->transport().Call(Operation::kPut, lss_api::Encode(put));
  };
  EXPECT_EQ(answer_to({{"b", 0, ""}, {"a", 0, ""}}).message, "keys are not sorted");
  EXPECT_EQ(answer_to({{"a", 0, ""}, {"a", 0, ""}}).message, "a key appears twice in one put");
  EXPECT_EQ(answer_to({{"a", 0, ""}, {"a", 1, ""}}).message, "a key appears twice in one put");
  EXPECT_EQ(answer_to({{"a", 0, ""}, {"b", 0, ""}}).code, Code::kOk);
}

// Keys, prefixes and their order.

TEST_P(LssContract, AGetIsInBytewiseOrderOfKeys) {
  Records items;
  for (const char* key : {"", " ", "-", "A", "Z", "_", "a", "a!", "a/1", "a/2", "aa", "ab", "b",
                          "\x7f", "\xc3\xa9", "\xe6\x97\xa5", "\xef\xbf\xbd", "\xf0\x9f\x98\x80"}) {
    items.push_back({key, 0, key});
  }
  ASSERT_TRUE(std::ranges::is_sorted(items, {}, &Record::key));
  Store(items);
  EXPECT_EQ(Under(""), items);
  EXPECT_EQ(Under("a/"), (Records{{"a/1", 0, "a/1"}, {"a/2", 0, "a/2"}}));
  EXPECT_EQ(Under("x"), Records());
  EXPECT_EQ(ConflictsOf(items), items);
}

TEST_P(LssContract, APrefixIsMeantLiterally) {
  Store({{"%", 0, ""},
         {"a%b", 0, ""},
         {"a*b", 0, ""},
         {"a?b", 0, ""},
         {"a[b", 0, ""},
         {"a\\b", 0, ""},
         {"a_b", 0, ""},
         {"axb", 0, ""}});
  for (const std::string prefix : {"a%", "a*", "a?", "a[", "a\\", "a_", "ax"}) {
    EXPECT_EQ(Under(prefix), (Records{{prefix + "b", 0, ""}}));
  }
  EXPECT_EQ(Under("%").size(), 1u);
  EXPECT_EQ(Under("A").size(), 0u);
  EXPECT_EQ(Under("\xf4\x8f\xbf\xbf").size(), 0u) << "the last code point";
}

TEST_P(LssContract, AnyTextIsAKey) {
  std::string controls;
  for (char c = 1; c < 0x20; ++c) controls += c;
  std::string longest;
  for (int i = 0; i < 600; ++i) longest += "\xf0\x9f\x98\x80";
  Records items = {{controls, 0, "1"},
                   {"'; DROP TABLE records; --", 0, "2"},
                   {"\"\\\n\t", 0, "3"},
                   {std::string(600, 'k'), 0, "4"},
                   {longest, 0, "5"}};
  std::ranges::sort(items, {}, &Record::key);
  Store(items);
  EXPECT_EQ(Under(""), items);
  for (const Record& item : items) EXPECT_EQ(Under(item.key), (Records{item}));

  EXPECT_EQ(FailureOf({{std::string(601, 'k'), 0, ""}}).message,
            "a key is longer than 600 characters");
  EXPECT_EQ(FailureOf({{std::string("a\0b", 3), 0, ""}}).message, "a key contains a NUL character");
  EXPECT_EQ((*signer_)->Get(std::string("a\0", 2)).error().kind, Kind::kInvalid);
  EXPECT_EQ(FailureOf({{"\xff", 0, ""}}).kind, Kind::kInvalid);
}

// Values.

TEST_P(LssContract, AnyBytesAreAValue) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const Records items = {{"all", 0, all}, {"nothing", 0, ""}, {"zeros", 0, std::string(100, '\0')}};
  Store(items);
  EXPECT_EQ(Under(""), items);
  EXPECT_EQ(ConflictsOf(items), items);
  Store({{"all", 1, ""}});
  EXPECT_EQ(Under("all"), (Records{{"all", 1, ""}})) << "an empty value is none the less there";
}

TEST_P(LssContract, LargeValuesComeBackAsTheyWere) {
  const Records items = {{"a", 0, std::string(1'300'000, 'x')},
                         {"b", 0, std::string(1'300'000, '\0')},
                         {"c", 0, std::string(1'300'000, '\xff')}};
  Store(items);
  EXPECT_EQ(Under(""), items);
  Store({{"a", 1, std::string(4'000'000, 'y')}});
  EXPECT_EQ(Under("a").front().value.size(), 4'000'000u);
}

TEST_P(LssContract, AReplyOverTheLimitIsRefusedWhole) {
  for (const char* key : {"a1", "a2", "b"}) Store({{key, 0, std::string(2'500'000, 'x')}});
  const std::string limit = std::to_string(4 << 20);
  for (const std::string prefix : {"", "a"}) {
    const auto found = (*signer_)->Get(prefix);
    ASSERT_FALSE(found);
    EXPECT_NE(found.error().message.find(limit), std::string::npos) << found.error().message;
  }
  EXPECT_EQ(Under("a1").size(), 1u);
  EXPECT_EQ(Under("b").size(), 1u);
  // So is a conflict; and nothing has been written.
  const Failure failure = FailureOf({{"a1", 0, "x"}, {"a2", 0, "x"}, {"c", 0, "x"}});
  EXPECT_NE(failure.message.find(limit), std::string::npos) << failure.message;
  EXPECT_EQ(Under("c"), Records());
}

// Reading while somebody writes.

TEST_P(LssContract, AGetShowsOneMoment) {
  constexpr int kKeys = 40;
  const auto items_at = [](Version version) {
    Records items;
    for (int i = 0; i < kKeys; ++i) {
      items.push_back({"key" + std::to_string(100 + i), version, std::to_string(version)});
    }
    return items;
  };
  Store(items_at(0));
  std::atomic<bool> is_over = false;
  std::jthread writer([&] {
    TestSigner same(Url(), KeyFrom(secret_));
    for (Version version = 1; !is_over; ++version) {
      ASSERT_TRUE(same->Put(items_at(version))->IsStored());
    }
  });
  Version last = 0;
  for (int i = 0; i < 100 && !HasFailure(); ++i) {
    const Records found = Under("key");
    ASSERT_EQ(found.size(), std::size_t{kKeys});
    EXPECT_EQ(found, items_at(found.front().version));
    EXPECT_GE(found.front().version, last) << "what was shown is shown";
    last = found.front().version;
  }
  is_over = true;
}

TEST_P(LssContract, WhatIsAcknowledgedIsSeenByEverybody) {
  TestSigner same(Url(), KeyFrom(secret_));
  for (Version version = 0; version < 30; ++version) {
    Store({{"a", version, "x"}});
    EXPECT_EQ(same->Get("a")->front().version, version);
  }
}

// Clients.

TEST_P(LssContract, ClientsNeverMeet) {
  TestSigner other(Url());
  Store({{"a", 0, "mine"}});
  EXPECT_EQ(*other->Get(""), Records());
  EXPECT_EQ(other->Put({{"a", 1, "x"}})->conflicts, (Records{{"a", kAbsent, ""}}));
  EXPECT_TRUE(other->Put({{"a", 0, "theirs"}, {"b", 0, ""}})->IsStored());
  EXPECT_EQ(Under(""), (Records{{"a", 0, "mine"}}));
}

// Limits.

TEST_P(LssContract, QuotasCountWhatIsThere) {
  StartWith([](server::Config& config) {
    config.quota.keys_max = 3;
    config.quota.bytes_max = {10'000};
  });
  Store({{"a", 0, ""}, {"b", 0, ""}});
  EXPECT_EQ(FailureOf({{"a", 1, "x"}, {"c", 0, ""}, {"d", 0, ""}}).message,
            "quota exceeded: number of keys");
  EXPECT_EQ(Under("a"), (Records{{"a", 0, ""}})) << "nothing of it is written";
  EXPECT_EQ(FailureOf({{"c", 0, std::string(10'000, 'x')}}).message,
            "quota exceeded: bytes stored");
  Store({{"c", 0, std::string(9'000, 'x')}});
  EXPECT_EQ(ConflictsOf({{"b", 5, std::string(9'000, 'x')}}), (Records{{"b", 0, ""}}))
      << "a conflict is told first";
  Store({{"c", 1, ""}});
  Store({{"a", 1, std::string(9'000, 'x')}});
}

// A client that stops waiting does not know; what is there is all of it or nothing.
TEST_P(LssContract, APutThatIsNotWaitedForIsWholeOrUndone) {
  const Records before = {{"a", 0, "x"}, {"b", 0, "x"}};
  const Records after = {{"a", 1, "y"}, {"b", 1, "y"}};
  Store(before);
  lss_client::GrpcTransportOptions hurried;
  hurried.timeout = std::chrono::milliseconds(1);
  lss_client::Session session = signer_->NewSession();
  const auto put = session.Put(after);
  const auto reply = Connect(Url(), hurried)->Call(Operation::kPut, put->Request());
  const Records found = Under("");
  EXPECT_TRUE(found == before || found == after);
  EXPECT_TRUE(reply.code != Code::kOk || found == after);
}

}  // namespace
}  // namespace vss::testing
