// Clients that mean harm, against the real process: whatever they send, or do not send, others are
// served meanwhile, nothing is stored that was not asked for properly, every answer has the form
// that wallets understand, and memory stays bounded.
//
// VSS_IDLE_CONNECTIONS says how many connections are held, VSS_IDLE_TLS_CONNECTIONS likewise.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "server/http/http_testing.h"
#include "server/http/tls_testing.h"
#include "tests/e2e/crowd.h"
#include "tests/e2e/deployment.h"
#include "vss.pb.h"

namespace vss::testing {
namespace {

using server::FileDescriptor;
using server::testing::Client;
using server::testing::ConnectTo;
using server::testing::SocketLink;
using server::testing::TlsFolder;
using server::testing::TlsLink;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryIsOrdinary = false;
#else
constexpr bool kMemoryIsOrdinary = true;
#endif

constexpr std::uint64_t kMiB = 1 << 20;

void ExpectAtMost(std::uint64_t bytes_max, std::uint64_t bytes) {
  if (kMemoryIsOrdinary) {
    EXPECT_LT(bytes, bytes_max);
  }
}

std::string PutBody(const std::string& key, const std::string& value) {
  PutObjectRequest request;
  request.set_store_id("store");
  KeyValue* const item = request.add_transaction_items();
  item->set_key(key);
  item->set_version(0);
  item->set_value(value);
  return request.SerializeAsString();
}

std::string Post(const std::string& path, const std::string& body,
                 const std::string& headers = "") {
  return "POST " + path + " HTTP/1.1\r\n" + headers +
         "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Of no interest but that the service gave it.
void ExpectProperRefusal(const server::testing::Reply& reply) {
  EXPECT_EQ(reply.Header("vss-protocol-version"), "0") << reply.head;
  ErrorResponse error;
  EXPECT_TRUE(error.ParseFromString(reply.body) && error.error_code() != 0) << reply.body;
}

class Hostile : public ::testing::Test {
 protected:
  Hostile() {
    // Short patience, so that the tests need little.
    for (const char* timeout : {"HEAD", "BODY_PROGRESS", "WRITE_PROGRESS"}) {
      deployment_.settings["VSS_LIMITS_" + std::string(timeout) + "_TIMEOUT"] = "1s";
    }
    deployment_.settings["VSS_LIMITS_IDLE_TIMEOUT"] = "600s";
    deployment_.settings["VSS_LIMITS_BODY_BYTES_MAX"] = "8MiB";
    deployment_.settings["VSS_LIMITS_BYTES_IN_FLIGHT_MAX"] = "32MiB";
  }
  void SetUp() override { server_ = deployment_.Start(); }

  // A well-behaved wallet is served, the server runs, and it ends as it should.
  void TearDown() override {
    ExpectServed();
    ExpectStops();
  }
  void ExpectStops() { EXPECT_EQ(server_->Stop(SIGTERM), 0) << server_->Output(); }
  void ExpectServed() {
    const std::string key = "good " + std::to_string(++served_);
    VssClient wallet(server_->Base(), "good");
    EXPECT_EQ(wallet.Put({{key, 0, "v"}}), kOk);
    EXPECT_EQ(wallet.MustGet(key).value, "v");
  }

  Client Connect() const {
    FileDescriptor socket = ConnectTo(server_->port());
    const int number = socket.Get();
    return {std::move(socket), std::make_unique<SocketLink>(number)};
  }
  bool IsStored(const std::string& key) const {
    return VssClient(server_->Base(), "store").Get(key) == kOk;
  }

  Deployment deployment_{"sqlite"};
  std::unique_ptr<ServerProcess> server_;
  int served_ = 0;
};

// What a proxy in front and this server might read differently is refused, and whatever follows on
// that connection is not looked at.
TEST_F(Hostile, SmuggledRequestsAreNotRead) {
  const std::string chunked = "transfer-encoding: chunked\r\n";
  const std::vector<std::string> framings = {
      "content-length: 0\r\n" + chunked,
      chunked + "content-length: 0\r\n",
      "content-length: 0\r\ncontent-length: 5\r\n",
      "content-length: 0, 5\r\n",
      "content-length: +0\r\n",
      "content-length: 0x0\r\n",
      "content-length: -1\r\n",
      "content-length : 0\r\n",
      "content-length: 18446744073709551616\r\n",
      "content-length:\r\n",
      "transfer-encoding: identity\r\n",
      "transfer-encoding: xchunked\r\n",
      "transfer-encoding: gzip, chunked\r\n",
      "transfer-encoding: chunked, identity\r\n",
      "transfer-encoding : chunked\r\n",
      "transfer-encoding:\x0b"
      "chunked\r\n",
      "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
      "x: y\r\n content-length: 0\r\n",
      "x: y\rcontent-length: 0\r\n",
      "x: y\ncontent-length: 0\r\n",
      std::string("x: \0y\r\n", 7),
      "x y\r\n",
      ": y\r\n",
  };
  const std::string smuggled = Post("/vss/putObjects", PutBody("smuggled", "v"));
  for (const std::string& framing : framings) {
    SCOPED_TRACE(framing);
    Client client = Connect();
    client.Send("POST /vss/getObject HTTP/1.1\r\n" + framing + "\r\n0\r\n\r\n" + smuggled);
    const auto reply = client.Receive();
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.Header("connection"), "close");
    ExpectProperRefusal(reply);
    EXPECT_TRUE(client.IsEnded());
  }
  for (const char* line : {"POST /vss/putObjects HTTP/2.0", "POST  /vss/putObjects HTTP/1.1",
                           "PRI * HTTP/2.0", "POST /vss/putObjects", "\x16\x03\x01\x02", "{}"}) {
    Client client = Connect();
    client.Send(std::string(line) + "\r\n\r\n" + smuggled);
    EXPECT_EQ(client.Receive().status, 400) << line;
    EXPECT_TRUE(client.IsEnded());
  }
  const std::vector<std::string> chunks = {"5\r\nhello0\r\n\r\n",
                                           "5;\x01=\r\nhello\r\n0\r\n\r\n",
                                           "-1\r\n\r\n",
                                           "0x0\r\n\r\n",
                                           "\r\n\r\n",
                                           "FFFFFFFFFFFFFFFFF\r\n",
                                           "5 \r\nhello",
                                           "G\r\n"};
  for (const std::string& chunk : chunks) {
    SCOPED_TRACE(chunk);
    Client client = Connect();
    client.Send("POST /vss/getObject HTTP/1.1\r\n" + chunked + "\r\n" + chunk + smuggled);
    const auto reply = client.Receive();
    EXPECT_TRUE(reply.status == 400 || reply.status == 413) << reply.head;
    EXPECT_TRUE(client.IsEnded());
  }
  EXPECT_FALSE(IsStored("smuggled"));
}

TEST_F(Hostile, WhatIsTooLargeIsRefusedBeforeItIsThere) {
  const auto refusal = [this](const std::string& bytes) {
    Client client = Connect();
    client.Send(bytes);
    const auto reply = client.Receive();
    ExpectProperRefusal(reply);
    return reply.status;
  };
  EXPECT_EQ(refusal("POST /vss/putObjects HTTP/1.1\r\ncontent-length: 8388609\r\n\r\n"), 413);
  EXPECT_EQ(refusal("POST /vss/putObjects HTTP/1.1\r\ncontent-length: 9223372036854775807\r\n\r\n"),
            413);
  std::string chunk = "100000\r\n" + std::string(kMiB, 'x') + "\r\n";
  std::string chunks = "POST /vss/putObjects HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
  for (int i = 0; i < 9; ++i) chunks += chunk;
  EXPECT_EQ(refusal(chunks), 413);
  EXPECT_EQ(refusal("POST /" + std::string(70'000, 'p') + " HTTP/1.1\r\n\r\n"), 414);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nx: " + std::string(100'000, 'h') + "\r\n\r\n"), 431);
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += "x: y\r\n";
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\n" + lines + "\r\n"), 431);
  EXPECT_EQ(refusal(Post("/vss/getObject", "\xff\xff\xff\xff")), 400);
}

TEST_F(Hostile, SlowHeadsAndBodiesAreGivenUp) {
  Client head = Connect();
  Client body = Connect();
  body.Send("POST /vss/putObjects HTTP/1.1\r\ncontent-length: 1000000\r\n\r\n");
  std::atomic<bool> is_over = false;
  // A byte now and then is no progress.
  std::thread dripping([&] {
    while (!is_over) {
      head.Send("P");
      body.Send("x");
      Pause(std::chrono::milliseconds(100));
    }
  });
  ExpectServed();
  for (Client* client : {&head, &body}) {
    const auto reply = client->Receive();
    EXPECT_EQ(reply.status, 408);
    ExpectProperRefusal(reply);
  }
  is_over = true;
  dripping.join();
}

// Half a connection is enough to be answered on.
TEST_F(Hostile, HalfClosedConnectionsGetTheirAnswers) {
  Client client = Connect();
  client.Send(Post("/vss/putObjects", PutBody("half", "v")) + Post("/vss/getObject", ""));
  client.EndSending();
  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(client.Receive().status, 404);
  EXPECT_TRUE(client.IsEnded());
  EXPECT_TRUE(IsStored("half"));

  // A request that can never be whole is not served.
  Client cut = Connect();
  const std::string put = Post("/vss/putObjects", PutBody("cut", "v"));
  cut.Send(put.substr(0, put.size() - 1));
  cut.EndSending();
  EXPECT_NE(cut.Receive().status, 200);
  EXPECT_FALSE(IsStored("cut"));
}

TEST_F(Hostile, PipelinedGarbageEndsOnlyItsOwnConnection) {
  Client client = Connect();
  std::string requests;
  for (int i = 0; i < 500; ++i) {
    requests += Post("/vss/putObjects", PutBody("piped " + std::to_string(i), "v"));
  }
  std::thread sender([&] { client.Send(requests + "garbage\r\n\r\n" + requests); });
  for (int i = 0; i < 500; ++i) EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(client.Receive().status, 400);
  EXPECT_EQ(client.Receive().status, 0);
  sender.join();
  EXPECT_TRUE(IsStored("piped 499"));
}

TEST_F(Hostile, NoiseIsAnsweredOrIgnored) {
  Random random = MakeRandom();
  const std::string seedling = Post("/vss/putObjects", PutBody("noise", "v"), "x: y\r\n") +
                               "POST /vss/getObject HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"
                               "3\r\nabc\r\n0\r\n\r\n";
  for (int i = 0; i < 300; ++i) {
    std::string bytes = seedling;
    const std::uint64_t changes = 1 + Below(random, 6);
    for (std::uint64_t change = 0; change < changes; ++change) {
      const std::size_t at = Below(random, bytes.size());
      if (Below(random, 2) == 0) {
        bytes[at] = static_cast<char>(Below(random, 256));
      } else {
        bytes.erase(at, Below(random, 4));
      }
    }
    Client client = Connect();
    client.Send(bytes);
    client.EndSending();
    while (client.Receive().status != 0) {
    }
  }
}

// Everybody asks for much and reads nothing.
void AskForMuchAndReadNothing(const ServerProcess& server) {
  VssClient wallet(server.Base(), "store");
  EXPECT_EQ(wallet.Put({{"large", 0, std::string(4 * kMiB, 'v')}}), kOk);
  GetObjectRequest request;
  request.set_store_id("store");
  request.set_key("large");
  const std::string get = Post("/vss/getObject", request.SerializeAsString());
  std::vector<Client> clients;
  for (int i = 0; i < 100; ++i) {
    FileDescriptor socket = ConnectTo(server.port(), 4096);
    const int number = socket.Get();
    clients.emplace_back(std::move(socket), std::make_unique<SocketLink>(number));
    for (int j = 0; j < 20; ++j) clients.back().Send(get);
  }
  // Such a load is refused to some; that passes as soon as those who do not read are given up.
  EXPECT_TRUE(Eventually([&] { return wallet.Get("large") == kOk; }));
  std::cout << "100 clients that do not read what they asked for: " << server.ResidentBytes() / kMiB
            << " MiB" << std::endl;
  ExpectAtMost(250 * kMiB, server.ResidentBytes());
}

TEST_F(Hostile, WhoDoesNotReadCostsLittle) { AskForMuchAndReadNothing(*server_); }

TEST_F(Hostile, WhoDoesNotReadCostsLittleOnPostgres) {
  if (PostgresServer::Shared() == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
  Deployment deployment("postgres", PostgresServer::Shared());
  for (const auto& [name, value] : deployment_.settings) deployment.settings.emplace(name, value);
  AskForMuchAndReadNothing(*deployment.Start());
}

// Large bodies at once: what does not fit is refused and can be asked for again.
TEST_F(Hostile, MemoryForBodiesIsBounded) {
  std::vector<std::thread> threads;
  Guarded<std::map<int, int>> statuses;
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back([&, i] {
      VssClient client(server_->Base(), "store");
      const Outcome outcome =
          client.Put({{"large " + std::to_string(i), 0, std::string(7 * kMiB, 'v')}});
      statuses.With([&](auto& all) { ++all[outcome.status]; });
      EXPECT_TRUE(outcome == kOk || outcome == (Outcome{503, 3})) << outcome;
    });
  }
  for (std::thread& thread : threads) thread.join();
  statuses.With([](auto& all) {
    std::cout << all[200] << " of 40 puts of 7 MiB stored, " << all[503] << " refused" << std::endl;
    EXPECT_GT(all[200], 0);
  });
  std::cout << "with room for 32 MiB: " << server_->ResidentBytes() / kMiB << " MiB" << std::endl;
  ExpectAtMost(250 * kMiB, server_->ResidentBytes());
}

// --- Many connections ---

// How many this process and its child may open.
std::size_t RaiseDescriptorLimit() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::size_t>(limit.rlim_cur);
}

std::size_t Wanted(const char* name, std::size_t usual) {
  const char* const given = std::getenv(name);
  const std::size_t wanted = given != nullptr ? std::stoul(given) : usual;
  return std::min(wanted, RaiseDescriptorLimit() - 200);
}

class ManyConnections : public Hostile {
 protected:
  void TearDown() override { ExpectStops(); }
  void SetUp() override {
    RaiseDescriptorLimit();
    deployment_.settings["VSS_LIMITS_HEAD_TIMEOUT"] = "600s";
  }

  // Holds the connections that `open` makes while others are served.
  void Hold(const char* kind, std::size_t count, const std::function<FileDescriptor()>& open,
            std::uint64_t bytes_each_max, const std::string& ca_file = {}) {
    server_ = deployment_.Start();
    Random random = MakeRandom();
    Crowd crowd(4, random, ca_file);
    const std::string base = (ca_file.empty() ? "http" : "https") + std::string("://localhost:") +
                             std::to_string(server_->port());
    const std::uint64_t before = server_->ResidentBytes();
    std::vector<FileDescriptor> idle;
    for (std::size_t i = 0; i < count && !HasFailure(); ++i) idle.push_back(open());

    crowd.Begin(base);
    Pause(std::chrono::milliseconds(300));
    crowd.End();
    crowd.CheckAll(base);
    EXPECT_EQ(crowd.counts().nothing + crowd.counts().doubts, 0U);
    const std::uint64_t after = server_->ResidentBytes();
    std::cout << count << " idle " << kind << " connections: " << before / kMiB << " MiB before, "
              << after / kMiB << " MiB with them; meanwhile " << crowd.counts() << std::endl;
    ExpectAtMost(before + 100 * kMiB + count * bytes_each_max, after);
  }
};

TEST_F(ManyConnections, ThatAreIdle) {
  Hold(
      "plain", Wanted("VSS_IDLE_CONNECTIONS", 10'000),
      [this, every = 0]() mutable {
        FileDescriptor socket = ConnectTo(server_->port());
        if (++every % 2 == 0) return socket;  // Not a word.
        SocketLink link(socket.Get());
        const std::string get = Post("/vss/getObject", "");
        link.Write(get.data(), get.size());
        char room[1000];
        EXPECT_GT(link.Read(room, sizeof room), 0);
        return socket;
      },
      16 << 10);
}

TEST_F(ManyConnections, ThatAreIdleInTls) {
  const TlsFolder tls("localhost");
  deployment_.settings["VSS_SERVER_TLS_CERTIFICATE"] = tls.files().certificate;
  deployment_.settings["VSS_SERVER_TLS_KEY"] = tls.files().key;
  Hold(
      "TLS", Wanted("VSS_IDLE_TLS_CONNECTIONS", 1'000),
      [this] {
        FileDescriptor socket = ConnectTo(server_->port());
        const TlsLink link(socket.Get());
        EXPECT_TRUE(link.is_connected());
        return socket;
      },
      128 << 10, tls.files().certificate);
}

TEST_F(ManyConnections, BeyondTheLimitAreToldSo) {
  deployment_.settings["VSS_LIMITS_CONNECTIONS_PER_ADDRESS_MAX"] = "50";
  server_ = deployment_.Start();
  std::vector<Client> clients;
  for (int i = 0; i < 60; ++i) clients.push_back(Connect());
  int refused = 0;
  for (Client& client : clients) {
    const auto reply = client.Exchange("/vss/getObject");
    EXPECT_TRUE(reply.status == 404 || reply.status == 503);
    if (reply.status != 503) continue;
    ++refused;
    ExpectProperRefusal(reply);
    EXPECT_TRUE(client.IsEnded());
  }
  EXPECT_EQ(refused, 10);
  clients.clear();
  EXPECT_TRUE(
      Eventually([this] { return VssClient(server_->Base(), "store").Get("k") == kNoSuchKey; }));
}

}  // namespace
}  // namespace vss::testing
