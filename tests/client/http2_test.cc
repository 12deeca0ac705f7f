// HTTP/2, chosen by ALPN: a real proxy that speaks it stands in front of the server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/entropy.h"
#include "server/http/tls_testing.h"
#include "tests/client/scripted_server.h"
#include "tests/conformance/running_server.h"
#include "tests/postgres/server.h"
#include "tests/support/temp_folder.h"
#include "vss/blocking_client.h"
#include "vss/curl.h"

namespace vss::client {
namespace {

using ::vss::testing::Peer;
using ::vss::testing::ScriptedServer;
using Reached = TransportFailure::Reached;
using Reply = Expected<HttpReply, TransportFailure>;

constexpr const char* kProxy = "/usr/sbin/nghttpx";

class Http2Test : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::filesystem::exists(kProxy)) return;
    std::fprintf(stderr, "SKIPPED: nghttpx is not installed\n");
    GTEST_SKIP();
  }
  void TearDown() override { StopProxy(); }

  // In front of what listens at `address`, such as "127.0.0.1:1234"; it is there once this returns.
  void StartProxy(std::string address) {
    address.replace(address.find(':'), 1, ",");
    const std::filesystem::path key = files_.files().key;
    for (const auto& folder : {std::filesystem::path(folder_.Path(".")), key.parent_path()}) {
      std::filesystem::permissions(folder, std::filesystem::perms::all);
    }
    port_ = vss::testing::FreePort();
    pid_ = vss::testing::Spawn(
        {kProxy, "--conf=/dev/null", "--single-process", "--single-thread",
         "--frontend=127.0.0.1," + std::to_string(port_), "--backend=" + address,
         "--accesslog-file=" + folder_.Path("log"), "--accesslog-format=$alpn $remote_port",
         files_.files().key, files_.files().certificate},
        folder_.Path("output"));
    for (int i = 0; i < 1000; ++i) {
      const Reply reply = Send("/");
      if (reply || reply.error().reached != Reached::kNo) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "the proxy does not listen";
  }
  void StopProxy() {
    if (pid_ == 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  std::string Url() const { return "https://localhost:" + std::to_string(port_) + "/vss"; }
  std::future<Reply> Start(const std::string& path) {
    auto promise = std::make_shared<std::promise<Reply>>();
    transport_.Send({.method = "POST", .url = Url() + path, .body = "body"},
                    [promise](Reply reply) { promise->set_value(std::move(reply)); });
    return promise->get_future();
  }
  Reply Send(const std::string& path) { return Start(path).get(); }

  // What the proxy saw of its callers, once it has stopped: protocols and connections.
  std::set<std::string> Callers() {
    StopProxy();
    std::ifstream log(folder_.Path("log"));
    std::set<std::string> callers;
    for (std::string line; std::getline(log, line);) callers.insert(line);
    return callers;
  }

  const vss::testing::TempFolder folder_;
  const server::testing::TlsFolder files_{"localhost"};
  CurlTransport transport_{{.ca_file = files_.files().certificate}};
  int port_ = 0;
  pid_t pid_ = 0;
};

TEST_F(Http2Test, ManyCallsAreStreamsOfOneConnection) {
  const auto server = vss::testing::StartServer("memory").value();
  StartProxy(server->Base().substr(std::string("http://").size()));
  const SystemClock clock;
  SystemEntropy entropy;
  const auto client = Client::Make({.base_url = Url(), .store_id = "store"}, FixedCredentials(),
                                   transport_, clock, entropy)
                          .value();
  std::vector<std::promise<bool>> written(80);  // The proxy takes 100 streams on a connection.
  for (std::size_t i = 0; i < written.size(); ++i) {
    client->Put({"k" + std::to_string(i), std::string(i * 100, 'v')},
                [&written, i](const Answer<WriteOutcome>& outcome) {
                  written[i].set_value(outcome && outcome->IsCommitted());
                });
  }
  for (auto& answer : written) EXPECT_TRUE(answer.get_future().get());
  BlockingClient blocking(*client);
  EXPECT_EQ(blocking.List().value().keys.size(), 80u);
  EXPECT_EQ(blocking.Get("k7").value(), (StoredRecord{"k7", 1, std::string(700, 'v')}));
  EXPECT_FALSE(blocking.Put({"k7", "blind", Expect::Absent()}).value().IsCommitted());
  EXPECT_TRUE(blocking.Delete({"k7"}).value().IsCommitted());
  EXPECT_EQ(blocking.Get("k7").value(), std::nullopt);

  const std::set<std::string> callers = Callers();
  ASSERT_EQ(callers.size(), 1u) << "connections";
  EXPECT_TRUE(callers.begin()->starts_with("h2 ")) << *callers.begin();
}

TEST_F(Http2Test, AReplyThatIsCutShortIsNone) {
  ScriptedServer server([](Peer& peer) {
    const std::string request = peer.ReadRequest();
    const bool is_long = request.find("/long") != std::string::npos;
    peer.Send(is_long ? "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello"
                      : "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n");
  });
  StartProxy(server.Address());
  for (const char* path : {"/long", "/chunked"}) {
    const Reply reply = Send(path);
    ASSERT_FALSE(reply) << path << " " << reply->status << reply->body;
    EXPECT_EQ(reply.error().reached, Reached::kMaybe);
  }
}

TEST_F(Http2Test, WhatIsUnderWayWhenTheConnectionDiesMayHaveArrived) {
  std::promise<void> has_arrived;
  ScriptedServer server([&](Peer& peer) {
    if (peer.ReadRequest().find("/last") == std::string::npos) return;
    has_arrived.set_value();
    peer.AwaitEnd();
  });
  StartProxy(server.Address());
  auto reply = Start("/last");
  has_arrived.get_future().wait();
  kill(pid_, SIGKILL);
  EXPECT_EQ(reply.get().error().reached, Reached::kMaybe);
  EXPECT_EQ(Send("/").error().reached, Reached::kNo) << "nobody listens any more";
}

}  // namespace
}  // namespace vss::client
