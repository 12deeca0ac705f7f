// HttpServer over real sockets.
#include "server/http/http_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/manual_clock.h"
#include "base/sole_answer.h"
#include "server/assembly/options.h"
#include "server/http/http_testing.h"
#include "server/http/tls_testing.h"

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
    bytes_in += request.bytes_in;
    bytes_out += request.bytes_out;
    last_bytes_out = request.bytes_out;
    last_thread = std::this_thread::get_id();
    ++requests;
  }
  void OnTimeout(Timeout) override { ++timeouts; }
  void OnHandshakeFailed() override { ++handshakes_failed; }

  std::atomic<std::uint64_t> opened = 0, closed = 0, refused = 0, requests = 0, bytes_in = 0,
                             bytes_out = 0, last_bytes_out = 0, timeouts = 0, handshakes_failed = 0;
  std::atomic<std::thread::id> last_thread;  // Which answered.
};

class CountingLog final : public Log {
 public:
  bool IsOn(LogLevel) const override { return true; }
  void Write(LogLevel, std::string_view event, std::initializer_list<LogField>) override {
    events_.With([&](auto& events) { events.emplace_back(event); });
  }
  // Of the events that begin so.
  std::ptrdiff_t CountOf(std::string_view start) const {
    return events_.With([&](const auto& events) {
      return std::count_if(events.begin(), events.end(),
                           [&](const std::string& event) { return event.starts_with(start); });
    });
  }

 private:
  Guarded<std::vector<std::string>> events_;
};

enum class Link { kPlain, kTls };

// Everything is the same whatever the bytes travel through.
class HttpServerTest : public ::testing::TestWithParam<Link> {
 protected:
  HttpServerTest() {
    options_.threads = 2;
    listener_ = {.host = "127.0.0.1", .handler = &handler_};
    if (GetParam() == Link::kTls) listener_.tls = tls_files_.files();
  }

  void Start() { Start(clock_); }
  // Time stands still, but is looked at often.
  void StartWithoutTime() {
    options_.lingering_time_max = milliseconds(20);
    Start(still_clock_);
  }
  void Start(const Clock& clock) {
    auto server = HttpServer::Make(options_, {listener_}, clock, log_, observer_);
    ASSERT_TRUE(server);
    server_ = std::move(server).value();
    server_->Start();
  }
  Client Connect(int receive_bytes = 0, const char* from = "127.0.0.1") {
    FileDescriptor socket = testing::ConnectTo(server_->PortOf(0), receive_bytes, from);
    std::unique_ptr<testing::ClientLink> link;
    if (GetParam() == Link::kTls) {
      link = std::make_unique<testing::TlsLink>(socket.Get());
    } else {
      link = std::make_unique<testing::SocketLink>(socket.Get());
    }
    return {std::move(socket), std::move(link)};
  }
  // A request that waits for its answer, in the server, until the test gives it.
  void HaveHeld(Client& client, const std::string& path, std::string_view body = "",
                std::string_view headers = "") {
    client.SendRequest(path, body, headers);
    handler_.WaitFor(path);
  }
  // At first whoever takes its place may not be there yet.
  void HaveLaneWorkDoneByWhoReads(Client& client) {
    for (int i = 0; i < 10'000 && handler_.worked_by_those_who_offered == 0; ++i) {
      ASSERT_EQ(client.Exchange("/lane").body, "/lane");
    }
    ASSERT_GT(handler_.worked_by_those_who_offered, 0);
  }
  // Each on a thread of its own; then nothing is left of any.
  void HaveFourDo(const std::function<void(int)>& f) {
    {
      std::vector<std::jthread> threads;
      threads.reserve(4);
      for (int i = 0; i < 4; ++i) threads.emplace_back(f, i);
    }
    WaitForConnections(0);
    WaitForRoom();
  }
  void WaitForConnections(std::size_t count) {
    while (server_->Connections() != count) std::this_thread::sleep_for(milliseconds(1));
  }
  // Until so many are answered.
  void WaitForRequests(std::uint64_t count) {
    while (observer_.requests < count) std::this_thread::sleep_for(milliseconds(1));
  }
  // Until nothing is held for anybody.
  void WaitForRoom() {
    for (int i = 0; i < 20'000 && server_->BytesInFlight() > 0; ++i) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    EXPECT_EQ(server_->BytesInFlight(), 0U);
  }

  testing::TlsFolder tls_files_{"test"};
  ListenerOptions listener_;
  HttpOptions options_ = HttpOptionsFrom(Config());
  PathHandler handler_;
  SystemClock clock_;
  ManualClock still_clock_;
  CountingLog log_;
  CountingObserver observer_;
  std::unique_ptr<HttpServer> server_;
};

INSTANTIATE_TEST_SUITE_P(Over, HttpServerTest, ::testing::Values(Link::kPlain, Link::kTls),
                         [](const auto& test) {
                           return test.param == Link::kTls ? "Tls" : "Plain";
                         });

TEST_P(HttpServerTest, AnswersAndKeepsTheConnection) {
  Start();
  Client client = Connect();
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

TEST_P(HttpServerTest, AnswersArriveInTheOrderOfTheRequests) {
  Start();
  Client client = Connect();
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

TEST_P(HttpServerTest, AWriteWaitsForReadsAndEverythingWaitsForAWrite) {
  Start();
  Client client = Connect();
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

TEST_P(HttpServerTest, OnlySoManyRequestsOfOneConnectionAreUnderWay) {
  options_.requests_in_flight_max = 2;
  Start();
  Client client = Connect();
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

TEST_P(HttpServerTest, HundredsOfPipelinedRequestsAreAllAnswered) {
  Start();
  Client client = Connect();
  std::string requests;
  for (int i = 0; i < 500; ++i) {
    requests += "GET /echo/read/" + std::to_string(i) + " HTTP/1.1\r\n\r\n";
  }
  client.Send(requests);
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(client.Receive().body, "/echo/read/" + std::to_string(i) + ":");
  }
}

TEST_P(HttpServerTest, AFailureBecomesAnAnswer) {
  Start();
  Client client = Connect();
  const Reply reply = client.Exchange("/failing");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body, "it failed");
  EXPECT_EQ(client.Exchange("/echo").status, 200);
}

TEST_P(HttpServerTest, LargeBodiesGoBothWays) {
  handler_.body_bytes_max = 64 << 20;
  Start();
  Client client = Connect();
  std::string body(20 << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>(i);
  const Reply reply = client.Exchange("/echo", body);
  EXPECT_TRUE(reply.body == "/echo:" + body);
  EXPECT_EQ(server_->BytesInFlight(), 0U);
}

TEST_P(HttpServerTest, ALargeAnswerDoesNotKeepOthersWaiting) {
  options_.threads = 1;
  Start();
  Client stuck = Connect();
  Client large = Connect();
  Client small = Connect();
  for (Client* client : {&large, &small}) EXPECT_EQ(client->Exchange("/echo").status, 200);
  stuck.SendRequest("/stuck");
  handler_.WaitForHead("/stuck", 1);
  large.SendRequest("/large");
  small.SendRequest("/echo");
  handler_.let_go.release();
  const std::string body = large.Receive().body;
  EXPECT_EQ(body.size(), std::size_t{3} << 19);
  EXPECT_EQ(small.Receive().status, 200);
  WaitForRequests(5);
  EXPECT_EQ(observer_.last_bytes_out, body.size());
}

TEST_P(HttpServerTest, AClientMayEndItsSideFirst) {
  Start();
  Client client = Connect();
  client.SendRequest("/held/1");
  client.EndSending();
  handler_.Release("/held/1", {.body = "one"});
  EXPECT_EQ(client.Receive().body, "one");
  EXPECT_TRUE(client.IsEnded());
}

TEST_P(HttpServerTest, TheEndIsNotMissedBehindRequestsThatWait) {
  Start();
  Client client = Connect();
  HaveHeld(client, "/held/1");
  client.SendRequest("/echo", "two");
  client.SendRequest("/echo", "three");
  client.EndSending();
  EXPECT_FALSE(client.HasReply());
  handler_.Release("/held/1", {.body = "one"});
  EXPECT_EQ(client.Receive().body, "one");
  EXPECT_EQ(client.Receive().body, "/echo:two");
  EXPECT_EQ(client.Receive().body, "/echo:three");
  EXPECT_TRUE(client.IsEnded());
}

TEST_P(HttpServerTest, AClientThatLeavesIsForgotten) {
  Start();
  {
    Client client = Connect();
    HaveHeld(client, "/held/1");
  }
  handler_.Release("/held/1", {.body = std::string(1 << 20, 'x')});
  WaitForConnections(0);
  EXPECT_EQ(server_->BytesInFlight(), 0U);
}

TEST_P(HttpServerTest, WhoHasOneAnswerToGiveSendsItItself) {
  Start();
  Client client = Connect();
  // The server's own thread may be at work just then.
  for (int i = 0; i < 1000 && observer_.last_thread != std::this_thread::get_id(); ++i) {
    HaveHeld(client, "/held/1");
    {
      const SoleAnswer scope(true);
      handler_.Release("/held/1", {.body = "one"});
    }
    EXPECT_EQ(client.Receive().body, "one");
    WaitForRequests(static_cast<std::uint64_t>(i) + 1);
  }
  EXPECT_EQ(observer_.last_thread, std::this_thread::get_id());
}

TEST_P(HttpServerTest, WhoeverSendsAnswersMayMeetClientsThatLeave) {
  Start();
  HaveFourDo([this](int i) {
    const std::string path = "/held/" + std::to_string(i);
    for (int round = 0; round < 100; ++round) {
      Client client = Connect();
      client.SendRequest(path);
      client.SendRequest("/echo", "next");
      handler_.WaitFor(path);
      std::jthread answering([&] {
        const SoleAnswer scope(true);
        handler_.Release(path, {.body = "one"});
      });
      if (round % 2 == 0) continue;
      EXPECT_EQ(client.Receive().body, "one");
      EXPECT_EQ(client.Receive().body, "/echo:next");
    }
  });
}

TEST_P(HttpServerTest, TheLastAnswerMayComeFromWhoeverGivesIt) {
  for (int i = 0; i < 50; ++i) {
    Start();
    Client client = Connect();
    HaveHeld(client, "/held/1");
    std::jthread stopping([&] { server_->Stop(); });
    {
      const SoleAnswer scope(true);
      handler_.Release("/held/1", {.body = "one"});
    }
    EXPECT_EQ(client.Receive().body, "one");
    EXPECT_TRUE(client.IsEnded());
  }
}

TEST_P(HttpServerTest, WhoReadsALoneRequestWorksOnItAndKeepsNobodyWaiting) {
  options_.threads = 1;
  Start();
  Client client = Connect();
  Client other = Connect();
  HaveLaneWorkDoneByWhoReads(client);
  for (int i = 0; i < 20; ++i) {
    client.SendRequest("/lane/stuck");
    handler_.WaitForHead("/lane/stuck", i + 1);
    EXPECT_EQ(other.Exchange("/echo").body, "/echo:");
    EXPECT_FALSE(client.HasReply());
    handler_.let_go.release();
    EXPECT_EQ(client.Receive().body, "/lane/stuck");
  }
  EXPECT_GT(handler_.worked_by_those_who_offered, 1);
}

TEST_P(HttpServerTest, SomebodyIsAlwaysThereWhateverLanesAreStuck) {
  options_.threads = 1;
  Start();
  Client client = Connect();
  Client client2 = Connect();
  Client other = Connect();
  HaveLaneWorkDoneByWhoReads(client);
  for (int i = 1; i <= 5; ++i) {
    client.SendRequest("/lane/stuck");
    handler_.WaitForHead("/lane/stuck", i);
    client2.SendRequest("/lane2/stuck");
    handler_.WaitForHead("/lane2/stuck", i);
    EXPECT_EQ(other.Exchange("/echo").body, "/echo:");
    handler_.let_go.release(2);
    EXPECT_EQ(client.Receive().body, "/lane/stuck");
    EXPECT_EQ(client2.Receive().body, "/lane2/stuck");
  }
}

TEST_P(HttpServerTest, AnswersOfALaneComeInOrderWhoeverWorks) {
  Start();
  HaveFourDo([this](int) {
    for (int connection = 0; connection < 10; ++connection) {
      Client client = Connect();
      for (int round = 0; round < 10; ++round) {
        client.SendRequest("/lane/1");
        client.SendRequest("/lane/2");
        EXPECT_EQ(client.Receive().body, "/lane/1");
        EXPECT_EQ(client.Receive().body, "/lane/2");
        EXPECT_EQ(client.Exchange("/lane/3").body, "/lane/3");
      }
      client.SendRequest("/lane/nobody-hears-this");
    }
  });
}

TEST_P(HttpServerTest, StoppingWaitsForWhoWorksAndSendsTheAnswer) {
  for (int i = 0; i < 20; ++i) {
    Start();
    Client client = Connect();
    EXPECT_EQ(client.Exchange("/lane").status, 200);
    client.SendRequest("/lane/stuck");
    handler_.WaitForHead("/lane/stuck", i + 1);
    std::jthread stopping([&] { server_->Stop(); });
    handler_.let_go.release();
    EXPECT_EQ(client.Receive().body, "/lane/stuck");
    EXPECT_TRUE(client.IsEnded());
  }
}

// And not for the lane: the clients of a server whose database hangs are let go all the same.
TEST_P(HttpServerTest, WhoWorksDoesNotKeepClientsBehindTheTimeToDrain) {
  options_.threads = 1;
  options_.drain_time_max = milliseconds(100);
  Start();
  Client client = Connect();
  Client other = Connect();
  HaveLaneWorkDoneByWhoReads(client);
  HaveHeld(other, "/held/1");
  client.SendRequest("/lane/stuck");
  handler_.WaitForHead("/lane/stuck", 1);
  std::jthread stopping([&] { server_->Stop(); });
  EXPECT_EQ(other.Receive().status, 0);  // Or the lane's 20 seconds are over.
  handler_.let_go.release();
  handler_.Release("/held/1", {.body = "nobody hears this"});
}

TEST_P(HttpServerTest, AnswersAfterTheTimeToDrainAreDropped) {
  options_.drain_time_max = milliseconds(20);
  for (int i = 0; i < 10; ++i) {
    Start();
    Client client = Connect();
    Client late = Connect();
    HaveHeld(client, "/held/1");
    HaveHeld(late, "/held/2");
    std::jthread answering([&] {
      std::this_thread::sleep_for(milliseconds(20));
      const SoleAnswer scope(true);
      handler_.Release("/held/1", {.body = "one"});
    });
    server_->Stop();
    EXPECT_EQ(late.Receive().status, 0);
    handler_.Release("/held/2", {.body = "two"});
  }
}

TEST_P(HttpServerTest, MalformedRequestsAreAnsweredInTheServicesForm) {
  Start();
  Client client = Connect();
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

TEST_P(HttpServerTest, ClosesWhenAskedTo) {
  Start();
  Client client = Connect();
  const Reply reply = client.Exchange("/echo", "", "Connection: close\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("connection"), "close");
  EXPECT_TRUE(client.IsEnded());
}

TEST_P(HttpServerTest, ServesHttp10) {
  Start();
  Client once = Connect();
  once.Send("GET /echo HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.Receive().Header("connection"), "close");
  EXPECT_TRUE(once.IsEnded());

  Client kept = Connect();
  for (int i = 0; i < 2; ++i) {
    kept.Send("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.Receive().Header("connection"), "keep-alive");
  }
}

TEST_P(HttpServerTest, HeadHasNoBody) {
  Start();
  Client client = Connect();
  client.Send("HEAD /echo HTTP/1.1\r\n\r\n");
  const Reply reply = client.Receive(/*has_body=*/false);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("content-length"), "6");
  EXPECT_EQ(client.Exchange("/echo", "x").body, "/echo:x");
}

TEST_P(HttpServerTest, StoppingFinishesWhatIsUnderWay) {
  options_.threads = 1;  // So that one connection tells that the others know.
  Start();
  Client busy = Connect();
  Client idle = Connect();
  EXPECT_EQ(idle.Exchange("/echo").status, 200);
  HaveHeld(busy, "/held/1");
  std::thread stopper([&] { server_->Stop(); });
  EXPECT_TRUE(idle.IsEnded());
  handler_.Release("/held/1", {.body = "one"});
  const Reply reply = busy.Receive();
  EXPECT_EQ(reply.body, "one");
  EXPECT_EQ(reply.Header("connection"), "close");
  stopper.join();
}

TEST_P(HttpServerTest, StoppingHasAnEnd) {
  options_.drain_time_max = milliseconds(50);
  Start();
  Client client = Connect();
  HaveHeld(client, "/held/1");
  server_->Stop();
  EXPECT_EQ(client.Receive().status, 0);
  server_.reset();
  handler_.Release("/held/1", {.body = "nobody hears this"});
}

TEST_P(HttpServerTest, StoppingLetsAHalfSentRequestFinish) {
  options_.threads = 1;
  Start();
  Client client = Connect();
  Client idle = Connect();
  EXPECT_EQ(client.Exchange("/echo").status, 200);
  EXPECT_EQ(idle.Exchange("/echo").status, 200);
  client.Send("POST /echo HTTP/1.1\r\nContent-Length: 4\r\n\r\nbo");
  handler_.WaitForHead("/echo", 3);
  std::thread stopper([&] { server_->Stop(); });
  EXPECT_TRUE(idle.IsEnded());
  client.Send("dy");
  const Reply reply = client.Receive();
  EXPECT_EQ(reply.body, "/echo:body");
  EXPECT_EQ(reply.Header("connection"), "close");
  stopper.join();
}

TEST_P(HttpServerTest, StoppingAnswersWhatHasCome) {
  options_.threads = 1;
  Start();
  Client client = Connect();
  Client idle = Connect();
  EXPECT_EQ(idle.Exchange("/echo").status, 200);
  HaveHeld(client, "/held/1");
  client.SendRequest("/echo/2", "waits");
  handler_.WaitForHead("/echo/2", 1);
  client.SendRequest("/echo/3", "is not read yet");
  std::jthread stopper([&] { server_->Stop(); });
  EXPECT_TRUE(idle.IsEnded());
  handler_.Release("/held/1", {.body = "one"});
  EXPECT_EQ(client.Receive().body, "one");
  EXPECT_EQ(client.Receive().body, "/echo/2:waits");
  const Reply last = client.Receive();
  EXPECT_EQ(last.body, "/echo/3:is not read yet");
  EXPECT_EQ(last.Header("connection"), "close");
  EXPECT_TRUE(client.IsEnded());
}

TEST_P(HttpServerTest, StoppingDoesNotCutAnAnswerShort) {
  options_.threads = 1;
  Start();
  Client idle = Connect();  // The first to come is the last to be told.
  Client early = Connect(/*receive_bytes=*/4096);
  Client late = Connect(/*receive_bytes=*/4096);
  early.SendRequest("/held/early");
  late.SendRequest("/held/late");
  handler_.WaitFor("/held/early");
  handler_.WaitFor("/held/late");
  EXPECT_EQ(idle.Exchange("/echo").status, 200);
  std::jthread stopper([&] { server_->Stop(); });
  EXPECT_TRUE(idle.IsEnded());
  // What comes too late is not answered, whether it comes before the last answer or after it.
  early.SendRequest("/echo");
  for (const char* path : {"/held/early", "/held/late"}) {
    handler_.Release(path, {.body = std::string(1 << 20, 'x')});
  }
  WaitForRequests(3);
  late.SendRequest("/echo");
  for (Client* client : {&early, &late}) {
    const Reply reply = client->Receive();
    EXPECT_EQ(reply.body.size(), std::size_t{1} << 20);
    EXPECT_EQ(reply.Header("connection"), "close");
    EXPECT_TRUE(client->IsEnded());
  }
}

TEST_P(HttpServerTest, StoppingDoesNotWaitForAClientThatNeverPauses) {
  options_.threads = 1;
  options_.requests_in_flight_max = 2;
  Start();
  Client client = Connect();
  Client idle = Connect();
  EXPECT_EQ(idle.Exchange("/echo").status, 200);
  HaveHeld(client, "/held/1");
  for (int i = 0; i < 10; ++i) client.SendRequest("/echo");
  std::jthread stopper([&] { server_->Stop(); });
  EXPECT_TRUE(idle.IsEnded());
  handler_.Release("/held/1", {.body = "one"});
  int answers = 0;
  for (Reply reply; reply.Header("connection") != "close"; ++answers) {
    reply = client.Receive();
    ASSERT_EQ(reply.status, 200);
  }
  EXPECT_LT(answers, 11);
  EXPECT_TRUE(client.IsEnded());
}

TEST_P(HttpServerTest, StoppingDoesNotWaitForAClientThatHasLeft) {
  Start();
  {
    Client client = Connect();
    HaveHeld(client, "/held/1");
  }
  handler_.Release("/held/1", {.body = "nobody hears this"});
  server_->Stop();
  EXPECT_EQ(observer_.timeouts, 0U);
}

// ---- Bodies ------------------------------------------------------------------------------------

TEST_P(HttpServerTest, ReadsChunkedBodies) {
  Start();
  Client client = Connect();
  client.Send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  client.Send("4\r\ndefg\r\n0\r\n\r\n");
  EXPECT_EQ(client.Receive().body, "/echo:abcdefg");
  EXPECT_EQ(client.Exchange("/echo", "x").body, "/echo:x");
}

TEST_P(HttpServerTest, SaysContinueOnceTheHeadIsAccepted) {
  Start();
  Client client = Connect();
  client.Send("POST /held/1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
  client.Send("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  handler_.WaitForHead("/echo", 1);
  EXPECT_FALSE(client.HasReply());  // Not before the answer to the request in front.
  handler_.Release("/held/1", {.body = "one"});
  EXPECT_EQ(client.Receive().body, "one");
  EXPECT_EQ(client.Receive().head, "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("body");
  EXPECT_EQ(client.Receive().body, "/echo:body");
}

TEST_P(HttpServerTest, DoesNotAskForABodyThatNobodyWants) {
  Start();
  Client client = Connect();
  client.Send("POST /refused HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  const Reply reply = client.Receive();
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.Header("connection"), "close");
  EXPECT_TRUE(client.IsEnded());
}

TEST_P(HttpServerTest, AfterARefusedHeadASmallBodyIsReadOver) {
  Start();
  Client client = Connect();
  const Reply reply = client.Exchange("/refused", std::string(64 << 10, 'x'));
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.body, "refused");
  EXPECT_EQ(reply.Header("connection"), "keep-alive");
  EXPECT_EQ(client.Exchange("/echo", "x").body, "/echo:x");
}

TEST_P(HttpServerTest, AfterARefusedHeadALargeBodyEndsTheConnection) {
  Start();
  Client client = Connect();
  const Reply reply = client.Exchange("/refused", std::string(4 << 20, 'x'));  // And no reset.
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.Header("connection"), "close");
}

TEST_P(HttpServerTest, ABodyThatIsTooLargeIsRefusedWhenItIsAnnounced) {
  handler_.body_bytes_max = 1000;
  Start();
  Client client = Connect();
  EXPECT_EQ(client.Exchange("/echo", std::string(1000, 'x')).status, 200);
  client.Send("POST /echo HTTP/1.1\r\nContent-Length: 1001\r\n\r\n");
  const Reply reply = client.Receive();
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.Header("connection"), "close");
}

TEST_P(HttpServerTest, AChunkedBodyThatIsTooLargeIsRefusedWhenItIs) {
  handler_.body_bytes_max = 1000;
  Start();
  Client client = Connect();
  client.Send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.Send("3E8\r\n" + std::string(1000, 'x') + "\r\n1\r\n");
  EXPECT_EQ(client.Receive().status, 413);
}

TEST_P(HttpServerTest, NothingFollowsAnAnswerThatCloses) {
  Start();
  Client client = Connect();
  client.SendRequest("/closing/read");
  client.SendRequest("/echo");
  const Reply reply = client.Receive();
  EXPECT_EQ(reply.body, "closing");
  EXPECT_EQ(reply.Header("connection"), "close");
  EXPECT_TRUE(client.IsEnded());
}

TEST_P(HttpServerTest, AnAnswerThatClosesDropsThoseBehindIt) {
  Start();
  Client client = Connect();
  client.SendRequest("/held/read/1");
  client.SendRequest("/held/read/2");
  handler_.WaitFor("/held/read/1");
  handler_.Release("/held/read/2", {.body = "two"});
  handler_.Release("/held/read/1", {.body = "one", .close = true});
  EXPECT_EQ(client.Receive().body, "one");
  EXPECT_TRUE(client.IsEnded());
}

// ---- Time --------------------------------------------------------------------------------------

TEST_P(HttpServerTest, AHeadMustComeInTime) {
  options_.head_time_max = milliseconds(100);
  Start();
  Client slow = Connect();
  slow.Send("POST /echo HTTP/1.1\r\nContent-");
  const Reply reply = slow.Receive();
  EXPECT_EQ(reply.status, 408);
  EXPECT_EQ(reply.Header("vss-protocol-version"), "0");
  EXPECT_EQ(reply.Header("connection"), "close");
  Client silent = Connect();
  EXPECT_TRUE(silent.IsEnded());
  EXPECT_EQ(observer_.timeouts, 2U);
}

TEST_P(HttpServerTest, NobodyIsLateForAServerThatIs) {
  options_.threads = 1;
  options_.head_time_max = milliseconds(500);
  Start();
  Client stuck = Connect();
  Client punctual = Connect();
  stuck.SendRequest("/stuck");
  handler_.WaitForHead("/stuck", 1);
  std::this_thread::sleep_for(milliseconds(200));  // A tick is due before the request comes.
  punctual.SendRequest("/echo", "here");
  std::this_thread::sleep_for(milliseconds(800));
  handler_.let_go.release();
  EXPECT_EQ(punctual.Receive().body, "/echo:here");
}

TEST_P(HttpServerTest, ABodyMustMakeProgress) {
  options_.body_progress = {milliseconds(100), 100};
  Start();
  Client client = Connect();
  client.Send("POST /echo HTTP/1.1\r\nContent-Length: 100\r\n\r\nx");
  const Reply reply = client.Receive();
  EXPECT_EQ(reply.status, 408);
  EXPECT_EQ(reply.body, "refusal 5");
}

TEST_P(HttpServerTest, ASlowBodyThatMakesProgressIsWaitedFor) {
  options_.body_progress = {milliseconds(1000), 2};
  Start();
  Client client = Connect();
  client.Send("POST /echo HTTP/1.1\r\nContent-Length: 40\r\n\r\n");
  for (int i = 0; i < 40; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
    client.Send("x");
  }
  EXPECT_EQ(client.Receive().body, "/echo:" + std::string(40, 'x'));
}

// An extension may be much longer than the byte that it comes with.
TEST_P(HttpServerTest, WhatFramesABodyIsNoProgress) {
  options_.threads = 1;
  options_.body_progress = {milliseconds(10'000), 1000};
  StartWithoutTime();
  Client client = Connect();
  Client other = Connect();
  client.Send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(other.Exchange("/echo").status, 200);
  for (int i = 0; i < 5; ++i) client.Send("1;" + std::string(4000, 'x') + "\r\nx\r\n");
  EXPECT_EQ(other.Exchange("/echo").status, 200);
  still_clock_.Advance(options_.body_progress.time);
  EXPECT_EQ(client.Receive().status, 408);
}

TEST_P(HttpServerTest, ABodyThatWeHoldBackIsNotLate) {
  options_.threads = 1;
  options_.body_progress = {milliseconds(10'000), 1};
  StartWithoutTime();
  Client idle = Connect();  // The first to come is judged last.
  EXPECT_EQ(idle.Exchange("/echo").status, 200);
  Client client = Connect();
  client.SendRequest("/held/1");
  client.Send("POST /echo/2 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  handler_.WaitForHead("/echo/2", 1);
  still_clock_.Advance(options_.idle_time_max);
  EXPECT_TRUE(idle.IsEnded());
  handler_.Release("/held/1", {.body = "one"});
  EXPECT_EQ(client.Receive().body, "one");
  EXPECT_EQ(client.Receive().head, "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("body");
  EXPECT_EQ(client.Receive().body, "/echo/2:body");
}

TEST_P(HttpServerTest, AnIdleConnectionIsClosed) {
  options_.idle_time_max = milliseconds(100);
  Start();
  Client client = Connect();
  EXPECT_EQ(client.Exchange("/echo").status, 200);
  EXPECT_TRUE(client.IsEnded());
}

TEST_P(HttpServerTest, WaitingForAnAnswerIsNotIdling) {
  options_.idle_time_max = options_.head_time_max = milliseconds(300);
  options_.body_progress = options_.write_progress = {milliseconds(300), 1};
  Start();
  Client client = Connect();
  HaveHeld(client, "/held/1", "body");
  std::this_thread::sleep_for(milliseconds(1000));
  handler_.Release("/held/1", {.body = "one"});
  EXPECT_EQ(client.Receive().body, "one");
}

TEST_P(HttpServerTest, AClientMustReadItsAnswer) {
  options_.write_progress = {milliseconds(100), 1};
  Start();
  Client client = Connect(/*receive_bytes=*/4096);
  client.SendRequest("/held/1");
  handler_.Release("/held/1", {.body = std::string(32 << 20, 'x')});
  WaitForConnections(0);
  EXPECT_EQ(observer_.timeouts, 1U);
  EXPECT_EQ(server_->BytesInFlight(), 0U);
}

TEST_P(HttpServerTest, ReadingAByteNowAndThenIsNotEnough) {
  options_.write_progress = {milliseconds(200), 5 << 20};
  Start();
  Client client = Connect(/*receive_bytes=*/4096);
  client.SendRequest("/held/1");
  handler_.Release("/held/1", {.body = std::string(32 << 20, 'x')});
  while (server_->Connections() > 0) {
    client.ReadSome(1000);
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(observer_.timeouts, 1U);
}

TEST_P(HttpServerTest, ALastAnswerMustBeReadToo) {
  options_.write_progress = {milliseconds(200), 1};
  options_.lingering_time_max = milliseconds(50);
  Start();
  Client client = Connect(/*receive_bytes=*/4096);
  client.SendRequest("/held/1", "", "Connection: close\r\n");
  handler_.Release("/held/1", {.body = std::string(1 << 20, 'x')});
  WaitForConnections(0);
  EXPECT_EQ(observer_.timeouts, 1U);
}

TEST_P(HttpServerTest, ALastAnswerHasTheTimeOfAnyOther) {
  options_.lingering_time_max = options_.idle_time_max = milliseconds(50);
  Start();
  Client last = Connect(/*receive_bytes=*/4096);
  Client idle = Connect(/*receive_bytes=*/4096);
  last.SendRequest("/held/1", "", "Connection: close\r\n");
  idle.SendRequest("/held/2");
  handler_.Release("/held/1", {.body = std::string(1 << 20, 'x')});
  handler_.Release("/held/2", {.body = std::string(1 << 20, 'x')});
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(server_->Connections(), 2U);
  EXPECT_EQ(last.Receive().body.size(), std::size_t{1} << 20);
  EXPECT_EQ(idle.Receive().body.size(), std::size_t{1} << 20);
  EXPECT_TRUE(last.IsEnded());
  EXPECT_TRUE(idle.IsEnded());
}

TEST_P(HttpServerTest, AClientThatNeverEndsIsNotWaitedForForever) {
  options_.lingering_time_max = milliseconds(100);
  Start();
  Client client = Connect();
  EXPECT_EQ(client.Exchange("/echo", "", "Connection: close\r\n").status, 200);
  WaitForConnections(0);
}

// ---- Room --------------------------------------------------------------------------------------

TEST_P(HttpServerTest, ThereIsRoomForSoManyBytes) {
  options_.bytes_in_flight_max = 100'000;
  Start();
  Client first = Connect();
  Client second = Connect();
  HaveHeld(first, "/held/1", std::string(60'000, 'x'));
  EXPECT_GE(server_->BytesInFlight(), 60'000U);
  const Reply reply = second.Exchange("/echo", std::string(60'000, 'x'));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "refusal 6");
  handler_.Release("/held/1", {});
  EXPECT_EQ(first.Receive().status, 200);
  EXPECT_EQ(first.Exchange("/echo", std::string(60'000, 'x')).status, 200);
}

TEST_P(HttpServerTest, ALongHeadTakesRoomForAsLongAsItsBufferIsThere) {
  StartWithoutTime();
  const std::string long_header = "X: " + std::string(12'000, 'x') + "\r\n";
  Client client = Connect();
  HaveHeld(client, "/held/1", "", long_header);
  EXPECT_GE(server_->BytesInFlight(), 12'000U);
  handler_.Release("/held/1", {});
  EXPECT_EQ(client.Receive().status, 200);
  WaitForRoom();
  EXPECT_EQ(client.Exchange("/refused", "", long_header).status, 401);
  WaitForRoom();
  EXPECT_EQ(client.Exchange("/echo").status, 200);
}

TEST_P(HttpServerTest, OneAddressDoesNotTakeTheRoomOfAll) {
  options_.bytes_in_flight_max = 1'000'000;
  Start();
  std::vector<Client> greedy;
  for (const char* path : {"/held/1", "/held/2"}) {
    greedy.push_back(Connect());
    HaveHeld(greedy.back(), path, std::string(300'000, 'x'));
  }
  EXPECT_EQ(Connect().Exchange("/echo", std::string(200'000, 'x')).status, 503);
  Client other = Connect(0, "127.0.0.2");
  EXPECT_EQ(other.Exchange("/echo", std::string(200'000, 'x')).status, 200);
  handler_.Release("/held/1", {});
  handler_.Release("/held/2", {});
}

TEST_P(HttpServerTest, AClientBehindAProxyHasItsOwnRoom) {
  options_.bytes_in_flight_max = 1'000'000;
  listener_.trusted_proxies = {"127.0.0.1"};
  Start();
  Client greedy = Connect();
  HaveHeld(greedy, "/held/1", std::string(490'000, 'x'), "X-Forwarded-For: 203.0.113.1\r\n");
  const std::string body(200'000, 'x');
  EXPECT_EQ(Connect().Exchange("/echo", body, "X-Forwarded-For: 203.0.113.1\r\n").status, 503);
  EXPECT_EQ(Connect().Exchange("/echo", body, "X-Forwarded-For: 203.0.113.2\r\n").status, 200);
  handler_.Release("/held/1", {});
}

TEST_P(HttpServerTest, ReadsOverlapAsFarAsTheirAnswersFindRoom) {
  options_.unsent_bytes_max = 1 << 20;
  Start();
  Client client = Connect();
  const auto path = [](int i) { return "/held/read/" + std::to_string(i); };
  for (int i = 1; i <= 12; ++i) client.SendRequest(path(i));
  handler_.WaitFor(path(4));
  EXPECT_FALSE(client.HasReply());
  EXPECT_FALSE(handler_.IsHeld(path(5))) << "nothing is known of them yet";
  handler_.Release(path(1), {.body = "small"});
  handler_.WaitFor(path(9));
  handler_.Release(path(2), {.body = std::string(2 << 20, 'x')});
  EXPECT_EQ(client.Receive().body, "small");
  EXPECT_EQ(client.Receive().body.size(), std::size_t{2} << 20);
  for (int i = 3; i <= 8; ++i) handler_.Release(path(i), {.body = std::string(2 << 20, 'x')});
  for (int i = 3; i <= 8; ++i) EXPECT_EQ(client.Receive().status, 200);
  EXPECT_FALSE(handler_.IsHeld(path(10))) << "large ones come one at a time";
  handler_.Release(path(9), {.body = "small"});
  handler_.Release(path(10), {.body = "small"});
  handler_.Release(path(11), {.body = "small"});
  handler_.Release(path(12), {.body = "small"});
  for (int i = 9; i <= 12; ++i) EXPECT_EQ(client.Receive().body, "small");
}

TEST_P(HttpServerTest, AnAnswerThatThereIsNoRoomForIsNotKept) {
  options_.bytes_in_flight_max = 100'000;
  Start();
  Client client = Connect();
  client.SendRequest("/held/read");
  handler_.Release("/held/read",
                   {.body = std::string(60'000, 'x'), .tail = std::string(60'000, 'y')});
  EXPECT_EQ(client.Receive().status, 500);  // As the handler answers to a failure.
  // What has become of a write is told in any case.
  client.SendRequest("/held/write");
  handler_.Release("/held/write", {.body = std::string(120'000, 'x')});
  EXPECT_EQ(client.Receive().body.size(), 120'000U);
}

TEST_P(HttpServerTest, StopsWithoutEverHavingStarted) {
  auto server = HttpServer::Make(options_, {listener_}, clock_, log_, observer_);
  ASSERT_TRUE(server);
}

TEST_P(HttpServerTest, WhoeverConnectedBeforeTheStartIsAnswered) {
  constexpr int kClients = 200;  // More than are accepted in one turn.
  auto server = HttpServer::Make(options_, {listener_}, clock_, log_, observer_);
  ASSERT_TRUE(server);
  server_ = std::move(server).value();
  std::vector<FileDescriptor> sockets;
  sockets.reserve(kClients);
  for (int i = 0; i < kClients; ++i) sockets.push_back(testing::ConnectTo(server_->PortOf(0)));
  server_->Start();
  WaitForConnections(kClients);
}

TEST_P(HttpServerTest, CountsWhatItDoes) {
  Start();
  {
    Client client = Connect();
    EXPECT_EQ(client.Exchange("/echo", "12345").status, 200);
    EXPECT_EQ(client.Exchange("/refused").status, 401);
  }
  WaitForConnections(0);
  EXPECT_EQ(observer_.opened, 1U);
  EXPECT_EQ(observer_.closed, 1U);
  EXPECT_EQ(observer_.requests, 2U);
  EXPECT_EQ(observer_.bytes_in, 5U);
  EXPECT_EQ(observer_.bytes_out, 11U + 7U);
}

// ---- Around the service ------------------------------------------------------------------------

TEST_P(HttpServerTest, KnowsTheClientsAddress) {
  Start();
  Client client = Connect();
  client.Exchange("/echo", "", "X-Forwarded-For: 203.0.113.9\r\n");
  EXPECT_EQ(handler_.client_address(), "127.0.0.1");
}

TEST_P(HttpServerTest, WarnsOnceOfAProxyThatNobodyToldItOf) {
  Start();
  Client client = Connect();
  client.Exchange("/echo");
  EXPECT_EQ(log_.CountOf("X-Forwarded-For"), 0);
  for (int i = 0; i < 3; ++i) client.Exchange("/echo", "", "X-Forwarded-For: 203.0.113.9\r\n");
  EXPECT_EQ(log_.CountOf("X-Forwarded-For"), 1);
}

// What the client itself wrote in front may be anything.
TEST_P(HttpServerTest, BelievesATrustedProxyBehindNonsense) {
  listener_.trusted_proxies = {"127.0.0.0/8"};
  Start();
  Client client = Connect();
  client.Exchange("/echo", "", "X-Forwarded-For: \xff, 203.0.113.9\r\n");
  EXPECT_EQ(handler_.client_address(), "203.0.113.9");
}

TEST_P(HttpServerTest, BelievesATrustedProxy) {
  listener_.trusted_proxies = {"127.0.0.0/8"};
  options_.connections_per_address_max = 1;  // Does not count for a proxy.
  Start();
  Client idle = Connect();
  Client client = Connect();
  client.Exchange("/echo", "", "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-For: 203.0.113.9\r\n");
  EXPECT_EQ(handler_.client_address(), "203.0.113.9");
}

TEST_P(HttpServerTest, AnswersWebPages) {
  listener_.cors_origins = {"https://wallet.example"};
  Start();
  Client client = Connect();
  client.Send(
      "OPTIONS /echo HTTP/1.1\r\nOrigin: https://wallet.example\r\n"
      "Access-Control-Request-Method: POST\r\n\r\n");
  const Reply preflight = client.Receive();
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.Header("access-control-allow-origin"), "https://wallet.example");
  EXPECT_EQ(preflight.Header("vss-protocol-version"), "0");

  const Reply reply = client.Exchange("/echo", "x", "Origin: https://wallet.example\r\n");
  EXPECT_EQ(reply.body, "/echo:x");
  EXPECT_EQ(reply.Header("access-control-allow-origin"), "https://wallet.example");
  EXPECT_EQ(reply.Header("access-control-expose-headers"),
            "vss-protocol-version, retry-after, x-request-id");
  EXPECT_EQ(reply.Header("vary"), "origin");

  EXPECT_EQ(client.Exchange("/echo", "x", "Origin: https://evil.example\r\n")
                .Header("access-control-allow-origin"),
            "");
}

// A page that cannot see why it was refused takes it for a broken network, and asks again.
TEST_P(HttpServerTest, WebPagesSeeRefusals) {
  listener_.cors_origins = {"https://wallet.example"};
  handler_.body_bytes_max = 10;
  Start();
  Client client = Connect();
  const Reply reply =
      client.Exchange("/echo", std::string(11, 'x'), "Origin: https://wallet.example\r\n");
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.Header("access-control-allow-origin"), "https://wallet.example");
  EXPECT_EQ(reply.Header("connection"), "close");
  // What is refused before its head was read has no origin, whatever came before.
  Client other = Connect();
  EXPECT_EQ(other.Exchange("/echo", "x", "Origin: https://wallet.example\r\n").status, 200);
  other.Send("nonsense\r\n\r\n");
  EXPECT_EQ(other.Receive().Header("access-control-allow-origin"), "");
}

TEST_P(HttpServerTest, RefusesOptionsThatMakeNoSense) {
  listener_.trusted_proxies = {"somewhere"};
  const auto server = HttpServer::Make(options_, {listener_}, clock_, log_, observer_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().kind, Kind::kInvalid);
}

// ---- Connections -------------------------------------------------------------------------------

using PlainHttpServerTest = HttpServerTest;
INSTANTIATE_TEST_SUITE_P(Over, PlainHttpServerTest, ::testing::Values(Link::kPlain));

TEST_P(PlainHttpServerTest, OneConnectionTooManyIsToldSo) {
  options_.connections_max = 2;
  Start();
  Client first = Connect();
  EXPECT_EQ(first.Exchange("/echo").status, 200);
  {
    Client second = Connect();
    EXPECT_EQ(second.Exchange("/echo").status, 200);
    Client third = Connect();
    const Reply reply = third.Receive();
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.body, "refusal 7");
    EXPECT_EQ(reply.Header("vss-protocol-version"), "0");
    EXPECT_EQ(reply.Header("connection"), "close");
    EXPECT_TRUE(third.IsEnded());
  }
  WaitForConnections(1);
  Client fourth = Connect();
  EXPECT_EQ(fourth.Exchange("/echo").status, 200);
  EXPECT_EQ(observer_.refused, 1U);
}

TEST_P(PlainHttpServerTest, TheOperatorIsLetInWhenEverythingIsTaken) {
  options_.connections_max = 0;
  listener_.is_limited = false;
  Start();
  Client client = Connect();
  EXPECT_EQ(client.Exchange("/echo").status, 200);
}

TEST_P(PlainHttpServerTest, AnAddressHasOnlySoManyConnections) {
  options_.connections_per_address_max = 1;
  Start();
  Client first = Connect();
  EXPECT_EQ(first.Exchange("/echo").status, 200);
  Client second = Connect();
  EXPECT_EQ(second.Receive().status, 503);
}

// An orphan of the system's would hold what it has of the answer for minutes.
TEST_P(PlainHttpServerTest, AClientThatDoesNotReadIsForgottenByTheSystemToo) {
  options_.write_progress = {milliseconds(100), 1};
  Start();
  Client client = Connect(/*receive_bytes=*/4096);
  client.SendRequest("/held/1");
  handler_.Release("/held/1", {.body = std::string(32 << 20, 'x')});
  WaitForConnections(0);
  EXPECT_TRUE(client.IsReset());
}

TEST_P(PlainHttpServerTest, AClientThatDoesNotReadIsNotReadFromEither) {
  Start();
  Client client = Connect(/*receive_bytes=*/4096);
  constexpr int kRequests = 40;
  const std::string body(1 << 20, 'x');
  std::thread sender([&] {
    for (int i = 0; i < kRequests; ++i) client.SendRequest("/echo/read", body);
  });
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_LT(server_->BytesInFlight(), 4U << 20);
  for (int i = 0; i < kRequests; ++i) EXPECT_EQ(client.Receive().body, "/echo/read:" + body);
  sender.join();
}

// ---- TLS ---------------------------------------------------------------------------------------

class TlsServerTest : public HttpServerTest {
 protected:
  std::string NameShown() {
    const FileDescriptor socket = testing::ConnectTo(server_->PortOf(0));
    return testing::TlsLink(socket.Get()).PeerName();
  }
};
INSTANTIATE_TEST_SUITE_P(Over, TlsServerTest, ::testing::Values(Link::kTls));

TEST_P(TlsServerTest, OffersHttp11AndNothingElse) {
  Start();
  const FileDescriptor both = testing::ConnectTo(server_->PortOf(0));
  EXPECT_TRUE(testing::TlsLink(both.Get(), "\x02h2\x08http/1.1").is_connected());
  const FileDescriptor other = testing::ConnectTo(server_->PortOf(0));
  EXPECT_FALSE(testing::TlsLink(other.Get(), "\x02h2").is_connected());
}

TEST_P(TlsServerTest, SpeaksTls12AndLater) {
  Start();
  const FileDescriptor newer = testing::ConnectTo(server_->PortOf(0));
  EXPECT_TRUE(testing::TlsLink(newer.Get(), "", TLS1_2_VERSION).is_connected());
  const FileDescriptor older = testing::ConnectTo(server_->PortOf(0));
  EXPECT_FALSE(testing::TlsLink(older.Get(), "", TLS1_1_VERSION).is_connected());
}

TEST_P(TlsServerTest, AClientWithoutTlsIsClosed) {
  Start();
  FileDescriptor socket = testing::ConnectTo(server_->PortOf(0));
  auto link = std::make_unique<testing::SocketLink>(socket.Get());
  Client client(std::move(socket), std::move(link));
  EXPECT_EQ(client.Exchange("/echo").status, 0);
  WaitForConnections(0);
  EXPECT_EQ(observer_.handshakes_failed, 1U);
  EXPECT_EQ(log_.CountOf("TLS handshake failed"), 1);
  Connect().Exchange("/echo");
  EXPECT_EQ(observer_.handshakes_failed, 1U);
}

TEST_P(TlsServerTest, ReloadsItsCertificateWhenAsked) {
  Start();
  Client old = Connect();
  EXPECT_EQ(old.Exchange("/echo").status, 200);
  tls_files_.Write("newer");
  server_->ReloadCertificates();
  EXPECT_EQ(NameShown(), "newer");
  EXPECT_EQ(old.Exchange("/echo").status, 200);
}

TEST_P(TlsServerTest, ReloadsItsCertificateWhenItChanges) {
  options_.certificate_check_time = milliseconds(10);
  Start();
  tls_files_.Write("newer");
  while (NameShown() != "newer") std::this_thread::sleep_for(milliseconds(10));
}

TEST_P(TlsServerTest, ABrokenPairChangesNothing) {
  Start();
  tls_files_.Write("newer");
  tls_files_.BreakKey();
  server_->ReloadCertificates();
  EXPECT_EQ(NameShown(), "test");
}

TEST_P(TlsServerTest, NeedsACertificateToStart) {
  tls_files_.BreakKey();
  const auto server = HttpServer::Make(options_, {listener_}, clock_, log_, observer_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().kind, Kind::kInvalid);
}

}  // namespace
}  // namespace vss::server
