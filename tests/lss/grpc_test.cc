// LSS through gRPC, on every store.

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lss_api/codec.h"
#include "server/http/listening_socket.h"
#include "tests/conformance/vss_client.h"
#include "tests/e2e/server_process.h"
#include "tests/lss/clients.h"
#include "tests/lss/dial.h"
#include "tests/lss/over_grpc.h"
#include "tests/support/seed.h"

namespace vss::testing {
namespace {

using lss_api::Code;
using lss_api::Operation;

// Every answer is that of a map of records.
void CheckRandomHistory(const std::string& url) {
  Random random = MakeRandom();
  TestSigner signer(url);
  std::map<Key, Record> model;
  for (int step = 0; step < 300; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    if (Below(random, 4) == 0) {
      const std::string prefix(Below(random, 2), 'b');
      std::vector<Record> want;
      for (const auto& [key, record] : model) {
        if (key.starts_with(prefix)) want.push_back(record);
      }
      const auto found = signer->Get(prefix);
      ASSERT_TRUE(found) << found.error().message;
      ASSERT_EQ(*found, want);
      continue;
    }
    std::vector<Record> items;
    std::vector<Record> conflicts;
    for (const char* key : {"_", "a", "b", "b1", "b2", "c"}) {
      if (Below(random, 3) > 0) continue;
      const auto there = model.find(key);
      const Version next = there == model.end() ? 0 : there->second.version + 1;
      const Version version =
          Below(random, 6) > 0 ? next : next + static_cast<Version>(Below(random, 4)) - 2;
      items.push_back({key, version, std::string(Below(random, 30), 'v')});
      if (version == next) continue;
      conflicts.push_back(there == model.end() ? Record{key, lss_api::kAbsent, ""} : there->second);
    }
    const auto outcome = signer->Put(items);
    ASSERT_TRUE(outcome) << outcome.error().message;
    ASSERT_EQ(outcome->conflicts, conflicts);
    if (!outcome->IsStored()) continue;
    for (const Record& item : items) model[item.key] = item;
  }
}

INSTANTIATE_TEST_SUITE_P(On, LssOverGrpc, ::testing::ValuesIn(EveryStoreKind()), NameOfStore);

TEST_P(LssOverGrpc, ARandomHistoryIsThatOfTheModel) { CheckRandomHistory(Url()); }

// A lost race is a conflict with what won, never a failure; and each version has one winner.
TEST_P(LssOverGrpc, OneOfManyWinsEachVersion) {
  constexpr int kSigners = 8;
  constexpr int kRounds = 15;
  std::barrier together(kSigners);
  std::vector<std::atomic<int>> wins(kRounds);
  const crypto::Secret<32> secret = RandomSecret();
  std::vector<std::jthread> signers;
  for (int i = 0; i < kSigners; ++i) {
    signers.emplace_back([&, i] {
      TestSigner signer(Url(), KeyFrom(secret));
      for (int round = 0; round < kRounds; ++round) {
        together.arrive_and_wait();
        const auto outcome = signer->Put({{"k", round, std::to_string(i)}, {"other", round, "x"}});
        ASSERT_TRUE(outcome) << outcome.error().message;
        if (outcome->IsStored()) ++wins[static_cast<std::size_t>(round)];
      }
    });
  }
  signers.clear();
  for (int round = 0; round < kRounds; ++round) {
    EXPECT_EQ(wins[static_cast<std::size_t>(round)], 1) << round;
  }
}

TEST_P(LssOverGrpc, WhatWasStoredIsThereAfterARestart) {
  if (GetParam() == "memory") GTEST_SKIP() << "nothing is";
  const crypto::SigningKey key = RandomKey();
  auto session = [&](lss_client::Transport& transport) {
    return *lss_client::Session::Make(key, *lss_client::ServerId(transport), std::nullopt);
  };
  SystemEntropy entropy;
  {
    const auto transport = Connect(Url());
    lss_client::Client client(session(*transport), *transport, entropy);
    ASSERT_TRUE(client.Put({{"a", 0, std::string(100'000, 'x')}, {"b", 0, ""}}));
  }
  ASSERT_TRUE(server_->Restart());
  const auto transport = Connect(Url());
  lss_client::Client client(session(*transport), *transport, entropy);
  const auto found = client.Get("");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector<Record>{{"a", 0, std::string(100'000, 'x')}, {"b", 0, ""}}));
}

TEST_P(LssOverGrpc, ManyItemsAtOnce) {
  TestSigner signer(Url());
  std::vector<Record> items;
  for (int i = 0; i < 2'000; ++i) items.push_back({"key" + std::to_string(10'000 + i), 0, "v"});
  ASSERT_TRUE(signer->Put(items)->IsStored());
  EXPECT_EQ(*signer->Get("key"), items);
  EXPECT_EQ(signer->Put(items)->conflicts, items);
}

// Against a server that is there already: the original one, for example.
TEST(LssElsewhere, ARandomHistoryIsThatOfTheModel) {
  const char* const url = std::getenv("VSS_LSS_URL");
  if (url == nullptr) GTEST_SKIP() << "VSS_LSS_URL is not set";
  CheckRandomHistory(url);
}

// --- What does not depend on the store ---

class LssServer : public ::testing::Test {
 protected:
  void Start(const std::function<void(server::Config&)>& adjust) {
    auto started = StartLssServer("memory", folder_, adjust);
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }
  std::string Url() const { return server_->LssBase(); }

  TempFolder folder_;
  std::unique_ptr<RunningServer> server_;
};

TEST_F(LssServer, CountsAndLogsWhatItDoes) {
  Start([](server::Config&) {});
  TestSigner signer(Url());
  ASSERT_TRUE(signer->Put({{"name-of-a-key", 0, "a-secret-value"}}));
  ASSERT_TRUE(signer->Put({{"name-of-a-key", 0, "a-secret-value"}}));
  ASSERT_TRUE(signer->Get(""));
  const std::string metrics = HttpClient(server_->AdminBase()).Send("GET", "/metrics", "").body;
  for (const char* line : {R"(vss_requests_total{operation="lssPut",status="200"} 1)",
                           R"(vss_requests_total{operation="lssPut",status="409"} 1)",
                           R"(vss_requests_total{operation="lssGet",status="200"} 1)",
                           R"(vss_requests_total{operation="lssInfo",status="200"} 1)"}) {
    EXPECT_NE(metrics.find(line), std::string::npos) << line;
  }
  std::string log;
  EXPECT_TRUE(Eventually([&] {
    log = server_->LogText();
    return log.find("operation=lssGet") != std::string::npos;
  }));
  EXPECT_NE(log.find("operation=lssPut"), std::string::npos);
  EXPECT_EQ(log.find("name-of-a-key"), std::string::npos);
  EXPECT_EQ(log.find("a-secret-value"), std::string::npos);
}

TEST_F(LssServer, LimitsOneClientLikeTheOtherDialect) {
  Start([](server::Config& config) {
    config.limits.tenant_requests_per_second = 1;
    config.limits.tenant_requests_burst = 3;
    config.quota.keys_max = 2;
  });
  TestSigner signer(Url());
  ASSERT_TRUE(signer->Put({{"a", 0, ""}, {"b", 0, ""}}));
  const auto over = signer->Put({{"c", 0, ""}});
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().message, "quota exceeded: number of keys");
  ASSERT_TRUE(signer->Get(""));
  const auto throttled = signer->Get("");
  ASSERT_FALSE(throttled);
  EXPECT_EQ(throttled.error().kind, Kind::kThrottled);
  TestSigner other(Url());
  EXPECT_TRUE(other->Get("")) << "others are served";
}

TEST_F(LssServer, RefusesARequestOverItsLimit) {
  Start([](server::Config&) {});
  TestSigner signer(Url());
  const auto outcome = signer->Put({{"a", 0, std::string(5 << 20, 'x')}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, Kind::kThrottled) << outcome.error().message;
  EXPECT_TRUE(signer->Put({{"a", 0, std::string(3 << 20, 'x')}}));
}

TEST(LssClient, GivesUpOnAServerThatIsSilent) {
  const auto silent = server::Listen("127.0.0.1", 0);
  ASSERT_TRUE(silent);
  lss_client::GrpcTransportOptions hurried;
  hurried.timeout = std::chrono::milliseconds(50);
  const auto transport =
      Connect("http://127.0.0.1:" + std::to_string(server::PortOf(*silent)), hurried);
  EXPECT_EQ(transport->Call(Operation::kInfo, "").code, Code::kDeadlineExceeded);
}

TEST_F(LssServer, AReplyOverTheUsualSizeIsNotTaken) {
  Start([](server::Config& config) { config.lss.reply_bytes_max = {16 << 20}; });
  TestSigner signer(Url());
  for (const char* key : {"a", "b"}) {
    ASSERT_TRUE(signer->Put({{key, 0, std::string(3 << 20, 'x')}}));
  }
  EXPECT_TRUE(signer->Get("a"));
  EXPECT_FALSE(signer->Get("")) << "a liar could have us hold any amount before it proves anything";
}

TEST_F(LssServer, AReplyThatIsTooLargeIsWarnedOf) {
  Start([](server::Config&) {});
  TestSigner signer(Url());
  for (const char* key : {"a", "b"}) {
    ASSERT_TRUE(signer->Put({{key, 0, std::string(3 << 20, 'x')}}));
  }
  EXPECT_FALSE(signer->Get(""));
  EXPECT_TRUE(Eventually([&] {
    return server_->LogText().find("warning request operation=lssGet status=413") !=
           std::string::npos;
  })) << server_->LogText();
}

TEST_F(LssServer, ValuesHaveTheBoundOfTheOtherDialect) {
  Start([](server::Config& config) { config.quota.value_bytes_max = {1000}; });
  TestSigner signer(Url());
  EXPECT_TRUE(signer->Put({{"a", 0, std::string(1000, 'x')}}));
  const auto over = signer->Put({{"b", 0, std::string(1001, 'x')}});
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().kind, Kind::kInvalid) << over.error().message;
}

// While a wallet's last request is waited for, no signer is let in.
TEST_F(LssServer, WhoStopsLetsNobodyIn) {
  Start([](server::Config& config) { config.server.shutdown_grace = std::chrono::minutes(2); });
  const std::uint16_t lss_port = PortIn(Url());
  ASSERT_TRUE(Dial(lss_port).IsOpen());
  server::FileDescriptor wallet = Dial(PortIn(server_->Base()));
  const std::string half =
      "POST /vss/getObject HTTP/1.1\r\nhost: 127.0.0.1\r\nexpect: 100-continue\r\n"
      "content-length: 10\r\n\r\n";
  ASSERT_EQ(::send(wallet.Get(), half.data(), half.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(half.size()));
  std::string answer(100, '\0');
  ASSERT_GT(::recv(wallet.Get(), answer.data(), answer.size(), 0), 0);
  ASSERT_EQ(answer.substr(0, 12), "HTTP/1.1 100") << "the server waits for the rest";
  std::atomic<bool> has_stopped = false;
  std::jthread stopping([&] {
    server_.reset();
    has_stopped = true;
  });
  EXPECT_TRUE(Eventually([&] { return !Dial(lss_port).IsOpen(); }));
  EXPECT_FALSE(has_stopped) << "the wallet is waited for";
  wallet = {};
}

TEST_F(LssServer, KeepsItsKeyAndRefusesAnother) {
  Start([](server::Config&) {});
  const auto first = *lss_client::ServerId(*Connect(Url()));
  ASSERT_TRUE(server_->Restart());
  EXPECT_EQ(*lss_client::ServerId(*Connect(Url())), first);
}

}  // namespace
}  // namespace vss::testing
