// Somebody sets the clock of the machine.  Whether a proof of identity is still good is a question
// of the time of day; how long somebody may take, and how often somebody may ask, is not.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "base/manual_clock.h"
#include "server/config/config.h"
#include "server/http/http_testing.h"
#include "server/vss_server.h"
#include "tests/conformance/vss_client.h"
#include "tests/e2e/credentials.h"
#include "tests/support/source_tree.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// The machine's clocks, each moved by as much as the test likes.
class MovedClock final : public Clock {
 public:
  WallTime Wall() const override { return system_.Wall() + seconds(wall_moved_); }
  SteadyTime Steady() const override { return system_.Steady() + seconds(steady_moved_); }

  void SetWall(seconds by) { wall_moved_ = by.count(); }
  void LetPass(seconds time) {
    wall_moved_ += time.count();
    steady_moved_ += time.count();
  }

 private:
  const SystemClock system_;
  std::atomic<std::int64_t> wall_moved_ = 0;
  std::atomic<std::int64_t> steady_moved_ = 0;
};

class ClockThatJumps : public ::testing::Test {
 protected:
  ClockThatJumps() {
    config_.server.listen = {"127.0.0.1:0"};
    config_.admin.listen = "127.0.0.1:0";
    config_.store.kind = "sqlite";
    config_.store.sqlite.path = folder_.Path("vss.db");
  }

  void Start() { Start(clock_); }
  void Start(const Clock& clock) {
    auto made = server::VssServer::Make(config_, clock, log_);
    ASSERT_TRUE(made) << made.error().message;
    server_ = *std::move(made);
    server_->Start();
  }
  auth::UnixSeconds Now() const {
    return std::chrono::floor<seconds>(clock_.Wall()).time_since_epoch().count();
  }
  VssClient Client(const std::string& authorization) const {
    return {"http://127.0.0.1:" + std::to_string(server_->Port()),
            "store",
            {"Authorization: " + authorization}};
  }

  const TempFolder folder_;
  MovedClock clock_;
  NoLog log_;
  server::Config config_;
  std::unique_ptr<server::VssServer> server_;
};

TEST_F(ClockThatJumps, ASignatureIsGoodForADayBeforeAndAfter) {
  Start();
  VssClient client = Client(SignatureOf(1, Now()));
  EXPECT_EQ(client.Put({{"k", 0, "v"}}), kOk);
  for (const auto& [moved, outcome] : std::vector<std::pair<seconds, Outcome>>{
           {hours(23), kOk},
           {hours(25), kNotAuthorized},  // Though the proof was good before, and is remembered.
           {hours(-25), kNotAuthorized},
           {hours(-23), kOk},
           {hours(24 * 365 * 50), kNotAuthorized},
           {seconds(0), kOk}}) {
    clock_.SetWall(moved);
    EXPECT_EQ(client.Get("k"), outcome) << moved.count();
  }
  // Whoever signs by the new time is let in.
  clock_.SetWall(hours(-24 * 365));
  EXPECT_EQ(Client(SignatureOf(1, Now())).Put({{"k", 1, "earlier"}}), kOk);
  clock_.SetWall(hours(24 * 365 * 50));
  EXPECT_EQ(Client(SignatureOf(1, Now())).Put({{"k", 2, "later"}}), kOk);
  EXPECT_EQ(Client(SignatureOf(1, Now())).MustGet("k"), (Entry{"k", 3, "later"}));
}

TEST_F(ClockThatJumps, ATokenExpiresByTheTimeOfDay) {
  config_.auth.schemes = {"jwt"};
  config_.auth.jwt_public_keys = {InSourceTree("tests/vectors/rsa/public-2048.pem")};
  Start();
  VssClient client = Client(TokenOf("alice"));  // Until 2100.
  EXPECT_EQ(client.Put({{"k", 0, "v"}}), kOk);
  clock_.SetWall(hours(24 * 365 * 80));
  EXPECT_EQ(client.Get("k"), kNotAuthorized);
  clock_.SetWall(seconds(0));
  EXPECT_EQ(client.Get("k"), kOk);
}

TEST_F(ClockThatJumps, NobodyIsTakenForSlowBecauseTheTimeOfDayMoved) {
  config_.auth.schemes = {"none"};
  Start();
  server::FileDescriptor socket = server::testing::ConnectTo(server_->Port());
  const int number = socket.Get();
  server::testing::Client client(std::move(socket),
                                 std::make_unique<server::testing::SocketLink>(number));
  for (const seconds moved : {seconds(hours(24 * 365)), seconds(hours(-24 * 365)), seconds(0)}) {
    client.Send("POST /vss/getObject HTTP/1.1\r\n");
    clock_.SetWall(moved);
    std::this_thread::sleep_for(std::chrono::milliseconds(1200));  // Deadlines are looked at.
    client.Send("content-length: 0\r\n\r\n");
    EXPECT_EQ(client.Receive().status, 404);
  }
  // But time that passes does.
  client.Send("POST /vss/getObject HTTP/1.1\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  clock_.LetPass(seconds(60));
  EXPECT_EQ(client.Receive().status, 408);
  EXPECT_TRUE(client.IsEnded());
}

TEST_F(ClockThatJumps, WhoAsksTooMuchWaitsForTimeToPass) {
  config_.auth.schemes = {"none"};
  config_.limits.tenant_requests_per_second = 1;
  config_.limits.tenant_requests_burst = 5;
  ManualClock clock;  // Stands still, or there would be room for another request now and then.
  Start(clock);
  VssClient client = Client("");
  for (int i = 0; i < 5; ++i) client.Get("k");
  EXPECT_EQ(client.Get("k").status, 429);
  for (const hours moved : {hours(24 * 365), hours(-24 * 365)}) {
    clock.SetWall(clock.Wall() + moved);
    EXPECT_EQ(client.Get("k").status, 429);
  }
  clock.Advance(seconds(10));
  EXPECT_EQ(client.Get("k"), kNoSuchKey);
  server_.reset();  // Before its clock.
}

}  // namespace
}  // namespace vss::testing
