// HttpServer over real sockets.
#include "server/http/http_server.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "server/http/http_testing.h"

namespace vss::server {
namespace {

using std::chrono::milliseconds;
using testing::Client;
using testing::PathHandler;
using testing::Reply;

class CountingObserver final : public HttpObserver {
 public:
  void OnConnectionOpened() override { ++opened; }
  void OnConnectionClosed() override { ++closed; }
  void OnConnectionRefused() override { ++refused; }
  void OnRequest(const FinishedRequest& request) override {
    ++requests;
    bytes_in += request.bytes_in;
    bytes_out += request.bytes_out;
  }
  void OnTimeout(Timeout) override { ++timeouts; }

  std::atomic<std::uint64_t> opened = 0, closed = 0, refused = 0, requests = 0, bytes_in = 0,
                             bytes_out = 0, timeouts = 0;
};

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() { options_.threads = 2; }

  void Start() {
    auto server = HttpServer::Make(options_, {{.host = "127.0.0.1", .handler = &handler_}}, clock_,
                                   log_, observer_);
    ASSERT_TRUE(server);
    server_ = std::move(server).value();
    server_->Start();
  }
  std::uint16_t Port() { return server_->PortOf(0); }

  HttpOptions options_;
  PathHandler handler_;
  SystemClock clock_;
  NoLog log_;
  CountingObserver observer_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  Start();
  Client client(Port());
  for (int i = 0; i < 3; ++i) {
    const Reply reply = client.Exchange("/echo", "hello");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "/echo:hello");
    EXPECT_EQ(reply.Header("vss-protocol-version"), "0");
    EXPECT_EQ(reply.Header("content-length"), "11");
    EXPECT_EQ(reply.Header("connection"), "keep-alive");
    EXPECT_EQ(reply.Header("keep-alive"), "timeout=75");
    EXPECT_EQ(reply.Header("date").size(), 29U);
  }
}

TEST_F(HttpServerTest, AnswersArriveInTheOrderOfTheRequests) {
  Start();
  Client client(Port());
  client.SendRequest("/held/read/1");
  client.SendRequest("/held/read/2");
  client.SendRequest("/echo/read");
  handler_.WaitFor("/held/read/1");
  handler_.Release("/held/read/2", {.body = "two"});
  EXPECT_FALSE(client.HasReply());
  handler_.Release("/held/read/1", {.body = "one"});
  EXPECT_EQ(client.Receive().body, "one");
  EXPECT_EQ(client.Receive().body, "two");
  EXPECT_EQ(client.Receive().body, "/echo/read:");
}

TEST_F(HttpServerTest, AWriteWaitsForReadsAndEverythingWaitsForAWrite) {
  Start();
  Client client(Port());
  client.SendRequest("/held/read/1");
  client.SendRequest("/held/write", "value");
  client.SendRequest("/held/read/2");
  handler_.WaitFor("/held/read/1");
  EXPECT_FALSE(client.HasReply());
  EXPECT_FALSE(handler_.IsHeld("/held/write"));
  handler_.Release("/held/read/1", {.body = "one"});
  handler_.WaitFor("/held/write");
  EXPECT_EQ(client.Receive().body, "one");
  EXPECT_FALSE(client.HasReply());
  EXPECT_FALSE(handler_.IsHeld("/held/read/2"));
  handler_.Release("/held/write", {.body = "two"});
  handler_.Release("/held/read/2", {.body = "three"});
  EXPECT_EQ(client.Receive().body, "two");
  EXPECT_EQ(client.Receive().body, "three");
}

TEST_F(HttpServerTest, OnlySoManyRequestsOfOneConnectionAreUnderWay) {
  options_.requests_in_flight_max = 2;
  Start();
  Client client(Port());
  for (const char* path : {"/held/read/1", "/held/read/2", "/held/read/3"}) {
    client.SendRequest(path);
  }
  handler_.WaitFor("/held/read/2");
  EXPECT_FALSE(client.HasReply());
  EXPECT_FALSE(handler_.IsHeld("/held/read/3"));
  handler_.Release("/held/read/1", {.body = "one"});
  EXPECT_EQ(client.Receive().body, "one");
  handler_.Release("/held/read/2", {.body = "two"});
  handler_.Release("/held/read/3", {.body = "three"});
  EXPECT_EQ(client.Receive().body, "two");
  EXPECT_EQ(client.Receive().body, "three");
}

TEST_F(HttpServerTest, HundredsOfPipelinedRequestsAreAllAnswered) {
  Start();
  Client client(Port());
  std::string requests;
  for (int i = 0; i < 500; ++i) {
    requests += "GET /echo/read/" + std::to_string(i) + " HTTP/1.1\r\n\r\n";
  }
  std::thread sender([&] { client.Send(requests); });
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(client.Receive().body, "/echo/read/" + std::to_string(i) + ":");
  }
  sender.join();
}

TEST_F(HttpServerTest, AFailureBecomesAnAnswer) {
  Start();
  Client client(Port());
  const Reply reply = client.Exchange("/failing");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body, "it failed");
  EXPECT_EQ(client.Exchange("/echo").status, 200);
}

TEST_F(HttpServerTest, LargeBodiesGoBothWays) {
  handler_.body_bytes_max = 64 << 20;
  Start();
  Client client(Port());
  std::string body(20 << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>(i);
  std::thread sender([&] { client.SendRequest("/echo", body); });
  const Reply reply = client.Receive();
  sender.join();
  EXPECT_TRUE(reply.body == "/echo:" + body);
  EXPECT_EQ(server_->BytesInFlight(), 0U);
}

TEST_F(HttpServerTest, AClientMayEndItsSideFirst) {
  Start();
  Client client(Port());
  client.SendRequest("/held/1");
  client.EndSending();
  handler_.Release("/held/1", {.body = "one"});
  EXPECT_EQ(client.Receive().body, "one");
  EXPECT_TRUE(client.IsEnded());
}

TEST_F(HttpServerTest, AClientThatLeavesIsForgotten) {
  Start();
  {
    Client client(Port());
    client.SendRequest("/held/1");
    handler_.WaitFor("/held/1");
  }
  handler_.Release("/held/1", {.body = std::string(1 << 20, 'x')});
  while (server_->Connections() > 0) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_EQ(server_->BytesInFlight(), 0U);
}

TEST_F(HttpServerTest, MalformedRequestsAreAnsweredInTheServicesForm) {
  Start();
  Client client(Port());
  client.SendRequest("/echo");
  client.Send("nonsense\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 200);
  const Reply reply = client.Receive();
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body, "refusal 0");
  EXPECT_EQ(reply.Header("vss-protocol-version"), "0");
  EXPECT_EQ(reply.Header("connection"), "close");
  EXPECT_TRUE(client.IsEnded());
}

TEST_F(HttpServerTest, ClosesWhenAskedTo) {
  Start();
  Client client(Port());
  const Reply reply = client.Exchange("/echo", "", "Connection: close\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("connection"), "close");
  EXPECT_TRUE(client.IsEnded());
}

TEST_F(HttpServerTest, ServesHttp10) {
  Start();
  Client once(Port());
  once.Send("GET /echo HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.Receive().Header("connection"), "close");
  EXPECT_TRUE(once.IsEnded());

  Client kept(Port());
  for (int i = 0; i < 2; ++i) {
    kept.Send("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.Receive().Header("connection"), "keep-alive");
  }
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  Start();
  Client client(Port());
  client.Send("HEAD /echo HTTP/1.1\r\n\r\n");
  const Reply reply = client.Receive(/*has_body=*/false);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("content-length"), "6");
  EXPECT_EQ(client.Exchange("/echo", "x").body, "/echo:x");
}

TEST_F(HttpServerTest, StoppingFinishesWhatIsUnderWay) {
  Start();
  Client busy(Port());
  Client idle(Port());
  EXPECT_EQ(idle.Exchange("/echo").status, 200);
  busy.SendRequest("/held/1");
  handler_.WaitFor("/held/1");
  std::thread stopper([&] { server_->Stop(); });
  EXPECT_TRUE(idle.IsEnded());
  handler_.Release("/held/1", {.body = "one"});
  const Reply reply = busy.Receive();
  EXPECT_EQ(reply.body, "one");
  EXPECT_EQ(reply.Header("connection"), "close");
  stopper.join();
}

TEST_F(HttpServerTest, StoppingHasAnEnd) {
  options_.drain_time_max = milliseconds(50);
  Start();
  Client client(Port());
  client.SendRequest("/held/1");
  handler_.WaitFor("/held/1");
  server_->Stop();
  EXPECT_EQ(client.Receive().status, 0);
  server_.reset();
  handler_.Release("/held/1", {.body = "nobody hears this"});
}

}  // namespace
}  // namespace vss::server
