// The transport on libcurl against servers that mean harm, on real sockets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>

#include "base/entropy.h"
#include "server/http/tls_testing.h"
#include "tests/client/scripted_server.h"
#include "tests/conformance/running_server.h"
#include "vss/blocking_client.h"
#include "vss/curl.h"

namespace vss::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ::vss::testing::Peer;
using ::vss::testing::ScriptedServer;
using Reached = TransportFailure::Reached;
using Reply = Expected<HttpReply, TransportFailure>;

const std::string kGood =
    "HTTP/1.1 200 OK\r\nvss-protocol-version: 0\r\nconnection: keep-alive\r\n"
    "content-length: 5\r\n\r\nhello";

class TransportTest : public ::testing::Test {
 protected:
  static std::future<Reply> Start(Transport& transport, HttpRequest request) {
    auto promise = std::make_shared<std::promise<Reply>>();
    auto reply = promise->get_future();
    transport.Send(std::move(request),
                   [promise](Reply result) { promise->set_value(std::move(result)); });
    return reply;
  }
  Reply Post(const std::string& url, std::string body = "body",
             Duration time_max = std::chrono::seconds(20)) {
    Headers headers;
    EXPECT_TRUE(headers.Set("Authorization", "secret"));
    return Start(transport_, {.method = "POST",
                              .url = url,
                              .headers = headers,
                              .body = std::move(body),
                              .time_max = time_max,
                              .reply_bytes_max = 100'000})
        .get();
  }

  CurlTransport transport_;
};

TEST_F(TransportTest, SendsWhatItIsGivenAndNothingElse) {
  std::string seen;
  ScriptedServer server([&](Peer& peer) {
    seen = peer.ReadRequest();
    peer.Send(kGood);
  });
  const Reply reply = Post(server.Url() + "/vss/x");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "hello");
  EXPECT_EQ(*reply->headers.Find("VSS-Protocol-Version"), "0");
  EXPECT_EQ(seen, "POST /vss/x HTTP/1.1\r\nHost: " + server.Address() +
                      "\r\nAuthorization: secret\r\nContent-Length: 4\r\n"
                      "Content-Type: application/x-www-form-urlencoded\r\n\r\nbody");
}

TEST_F(TransportTest, AReplyThatIsCutShortIsNone) {
  for (const bool is_reset : {false, true}) {
    for (std::size_t size = 0; size < kGood.size(); ++size) {
      ScriptedServer server([&](Peer& peer) {
        peer.ReadRequest();
        peer.Send(std::string_view(kGood).substr(0, size));
        if (is_reset) peer.Reset();
      });
      const Reply reply = Post(server.Url());
      ASSERT_FALSE(reply) << size;
      EXPECT_EQ(reply.error().reached, Reached::kMaybe) << size;
    }
  }
}

TEST_F(TransportTest, AReplyWhoseEndIsNotMarkedIsNone) {
  ScriptedServer server([](Peer& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nvss-protocol-version: 0\r\n\r\nhello");
  });
  EXPECT_FALSE(Post(server.Url()));
}

TEST_F(TransportTest, ARequestIsSentOnce) {
  // The second one comes on a connection that was kept, is read, and gets no answer.
  std::atomic<int> requests = 0;
  ScriptedServer server([&](Peer& peer) {
    while (!peer.ReadRequest().empty()) {
      if (++requests % 2 == 0) return;
      peer.Send(kGood);
    }
  });
  for (const std::size_t size : {1, 100, 100'000, 5'000'000}) {
    requests = 0;
    EXPECT_TRUE(Post(server.Url(), std::string(size, 'x')));
    const Reply lost = Post(server.Url(), std::string(size, 'x'));
    ASSERT_FALSE(lost) << size;
    EXPECT_EQ(lost.error().reached, Reached::kMaybe);
    EXPECT_EQ(requests, 2) << size;
  }
}

TEST_F(TransportTest, ConnectionsAreUsedAgain) {
  ScriptedServer server([](Peer& peer) {
    while (!peer.ReadRequest().empty()) peer.Send(kGood);
  });
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Post(server.Url()));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(TransportTest, NobodyIsFollowedElsewhere) {
  ScriptedServer other([](Peer& peer) { peer.ReadRequest(); });
  for (const char* status : {"301", "302", "303", "307", "308"}) {
    ScriptedServer server([&](Peer& peer) {
      peer.ReadRequest();
      peer.Send(std::string("HTTP/1.1 ") + status + " Moved\r\nlocation: " + other.Url() +
                "\r\ncontent-length: 0\r\n\r\n");
    });
    EXPECT_EQ(Post(server.Url())->status, std::stoi(status));
  }
  EXPECT_EQ(other.connections(), 0);
}

TEST_F(TransportTest, WhatIsTooLargeIsBrokenOff) {
  const std::string kilobyte(1000, 'x');
  const auto flood = [&](const std::string& head, const std::string& piece) {
    std::atomic<std::size_t> sent = 0;
    {
      ScriptedServer server([&](Peer& peer) {
        peer.ReadRequest();
        peer.Send(head);
        while (sent < 200'000'000 && peer.Send(piece)) sent += piece.size();
      });
      EXPECT_FALSE(Post(server.Url()));
    }
    EXPECT_LT(sent, 50'000'000u) << head;
  };
  flood("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n", kilobyte);
  flood("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "3e8\r\n" + kilobyte + "\r\n");
  flood("HTTP/1.1 200 OK\r\n", "a: " + kilobyte + "\r\n");
  flood("HTTP/1.1 200 OK\r\na: ", kilobyte);
  std::string fields;
  for (int i = 0; i < 1000; ++i) fields += "f" + std::to_string(i) + ":\r\n";
  ScriptedServer many_fields([&](Peer& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\n" + fields + "content-length: 0\r\n\r\n");
  });
  EXPECT_FALSE(Post(many_fields.Url()));
  flood("", "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_F(TransportTest, WhatIsNoHttpIsNoReply) {
  for (const char* nonsense :
       {"nonsense\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nx y: z\r\ncontent-length: 0\r\n\r\n"}) {
    ScriptedServer server([&](Peer& peer) {
      peer.ReadRequest();
      peer.Send(nonsense);
    });
    EXPECT_FALSE(Post(server.Url())) << nonsense;
  }
}

TEST_F(TransportTest, SilenceAndDripsEndAtTheDeadline) {
  ScriptedServer silent([](Peer& peer) { peer.AwaitEnd(); });
  const Reply none = Post(silent.Url(), "body", std::chrono::milliseconds(200));
  EXPECT_EQ(none.error().reached, Reached::kMaybe);

  ScriptedServer dripping([](Peer& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n");
    while (peer.Send("x")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  EXPECT_FALSE(Post(dripping.Url(), "body", std::chrono::milliseconds(200)));
}

TEST_F(TransportTest, WhatWaitsForAConnectionEndsAtItsDeadlineToo) {
  ScriptedServer silent([](Peer& peer) { peer.AwaitEnd(); });
  CurlTransport narrow({.connections_max = 1});
  const HttpRequest request{.method = "POST",
                            .url = silent.Url(),
                            .body = "body",
                            .time_max = std::chrono::milliseconds(300)};
  auto first = Start(narrow, request);
  auto second = Start(narrow, request);
  EXPECT_EQ(first.get().error().reached, Reached::kMaybe);
  EXPECT_FALSE(second.get());
}

TEST_F(TransportTest, NobodyThereMeansThatNothingHappened) {
  std::string url;
  {
    ScriptedServer gone([](Peer&) {});
    url = gone.Url();
  }
  EXPECT_EQ(Post(url).error().reached, Reached::kNo);
  EXPECT_EQ(Post("https://no-such-host.invalid/").error().reached, Reached::kNo);
  EXPECT_EQ(Post("file:///etc/passwd").error().reached, Reached::kNo);
}

TEST_F(TransportTest, StoppingAnswersEverybody) {
  ScriptedServer silent([](Peer& peer) { peer.AwaitEnd(); });
  std::vector<std::future<Reply>> replies;
  std::promise<bool> waited;
  {
    CurlTransport transport;
    for (int i = 0; i < 20; ++i) {
      replies.push_back(Start(transport, {.method = "POST", .url = silent.Url(), .body = "body"}));
    }
    transport.Wait(std::chrono::hours(1),
                   [&](const Result<Done>& done) { waited.set_value(done.has_value()); });
  }
  for (auto& reply : replies) EXPECT_FALSE(reply.get());
  EXPECT_FALSE(waited.get_future().get());
}

TEST_F(TransportTest, ATorProxyGetsTheNameAndNotAnAddress) {
  std::string seen;
  ScriptedServer proxy([&](Peer& peer) {
    peer.ReadSome();
    peer.Send(std::string_view("\x05\x00", 2));
    seen = peer.ReadSome();
    peer.Send(std::string_view("\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50", 10));
    peer.ReadRequest();
    peer.Send(kGood);
  });
  CurlTransport transport({.proxy = "socks5h://" + proxy.Address()});
  const Reply reply =
      Start(transport, {.method = "POST", .url = "http://hidden.onion/vss", .body = "body"}).get();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_THAT(seen, HasSubstr("hidden.onion"));
}

// Plain http is safe there, for nobody is on the way.
TEST_F(TransportTest, AServerOnThisMachineIsReachedWithoutAProxy) {
  ScriptedServer server([](Peer& peer) {
    peer.ReadRequest();
    peer.Send(kGood);
  });
  ScriptedServer proxy([](Peer& peer) { peer.ReadRequest(); });
  const std::string address = server.Address();
  const std::string port = address.substr(address.find(':'));
  for (const std::string host : {"127.0.0.1", "localhost", "LOCALHOST"}) {
    CurlTransport transport({.proxy = "http://" + proxy.Address()});
    const std::string url = "http://" + host + port + "/vss";
    const Reply reply = Start(transport, {.method = "POST", .url = url, .body = "body"}).get();
    EXPECT_TRUE(reply) << host << ": " << reply.error().message;
  }
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(TransportTest, AnOnionServiceIsReachedThroughTorOrNotAtAll) {
  ScriptedServer proxy([](Peer& peer) { peer.ReadRequest(); });
  for (const char* url : {"http://hidden.onion/vss", "http://HIDDEN.ONION./vss",
                          "http://hidden%2eonion:8080/vss", "https://a.hidden.onion/vss?k1=1"}) {
    for (const char* scheme : {"", "socks5://", "socks4://", "http://"}) {
      CurlTransport transport({.proxy = *scheme == '\0' ? "" : scheme + proxy.Address()});
      const Reply refused = Start(transport, {.method = "POST", .url = url, .body = "body"}).get();
      ASSERT_FALSE(refused) << scheme;
      EXPECT_EQ(refused.error().reached, Reached::kNo);
      EXPECT_THAT(refused.error().message, HasSubstr("onion"));
    }
  }
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(TransportTest, WhoeverWaitsForAnswersWhereTheyComeInIsStopped) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto wait_in_an_answer = [this] {
    const SystemClock clock;
    SystemEntropy entropy;
    const auto client = Client::Make({.base_url = "http://127.0.0.1:1", .store_id = "store"},
                                     FixedCredentials(), transport_, clock, entropy)
                            .value();
    std::promise<void> never;
    client->Get("a", [&](const auto&) { (void)BlockingClient(*client).Get("b"); });
    never.get_future().wait();
  };
  EXPECT_DEATH(wait_in_an_answer(), "IsOwnThread");
}

// ---- TLS, against the real server.

class TlsTest : public TransportTest {
 protected:
  std::unique_ptr<vss::testing::RunningServer> StartFor(const server::testing::TlsFolder& files) {
    return vss::testing::StartServer("memory",
                                     [&](server::Config& config) {
                                       config.server.tls_certificate = files.files().certificate;
                                       config.server.tls_key = files.files().key;
                                     })
        .value();
  }
  static std::string On(const vss::testing::RunningServer& server, const std::string& host) {
    const std::string base = server.Base();
    return "https://" + host + base.substr(base.rfind(':')) + "/vss";
  }
};

TEST_F(TlsTest, OnlyTheRightCertificateIsSpokenTo) {
  const server::testing::TlsFolder files("localhost");
  const server::testing::TlsFolder stranger("localhost");
  const auto server = StartFor(files);
  EXPECT_EQ(Post(On(*server, "localhost")).error().reached, Reached::kNo) << "unknown issuer";

  const auto expect_final = [](const auto& reply) {
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().outlook, TransportFailure::Outlook::kFinal) << reply.error().message;
  };
  CurlTransport wrong({.ca_file = stranger.files().certificate});
  expect_final(Start(wrong, {.method = "GET", .url = On(*server, "localhost")}).get());
  CurlTransport missing({.ca_file = "/does/not/exist"});
  expect_final(Start(missing, {.method = "GET", .url = On(*server, "localhost")}).get());

  CurlTransport right({.ca_file = files.files().certificate});
  EXPECT_TRUE(Start(right, {.method = "GET", .url = On(*server, "localhost")}).get());
  expect_final(Start(right, {.method = "GET", .url = On(*server, "127.0.0.1")}).get());
}

TEST_F(TlsTest, ACallGoesThroughIt) {
  const server::testing::TlsFolder files("localhost");
  const auto server = StartFor(files);
  CurlTransport transport({.ca_file = files.files().certificate});
  const SystemClock clock;
  SystemEntropy entropy;
  const auto client = Client::Make({.base_url = On(*server, "localhost"), .store_id = "store"},
                                   FixedCredentials(), transport, clock, entropy)
                          .value();
  BlockingClient blocking(*client);
  EXPECT_TRUE(blocking.Put({"a", "1"}).value().IsCommitted());
  EXPECT_EQ(blocking.Get("a").value(), (StoredRecord{"a", 1, "1"}));
}

}  // namespace
}  // namespace vss::client
