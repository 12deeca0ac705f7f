// PostgreSQL goes away in every way it can, under load.  Nothing acknowledged is lost, whoever asks
// meanwhile is told the truth at once, no wallet is told of a conflict that is none, and the server
// serves again by itself when the database does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "tests/e2e/crowd.h"
#include "tests/e2e/deployment.h"

namespace vss::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

class DatabaseFaults : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    postgres_ = PostgresServer::Start(PostgresServer::Durability::kOn);
  }
  static void TearDownTestSuite() { postgres_.reset(); }

  void SetUp() override {
    if (postgres_ == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
    deployment_.emplace("postgres", postgres_.get());
    deployment_->settings["VSS_LOG_LEVEL"] = "trace";
  }

  void TerminateConnections() {
    for (int i = 0; i < 15; ++i) {
      OnConnections("pg_terminate_backend(pid)");
      Pause(milliseconds(5 + Below(random_, 40)));
    }
  }
  void Restart(int signal) {
    postgres_->Stop(signal);
    Pause(milliseconds(Below(random_, 700)));
    postgres_->StartAgain();
  }
  // One process of the database dies, and the others go with it: what they shared may be damaged.
  void KillOneProcess() {
    const auto pids = OnConnections("pid");
    if (!pids.empty()) kill(std::stoi(pids[Below(random_, pids.size())]), SIGKILL);
    EXPECT_TRUE(Eventually([] { return postgres_->Query("postgres", "SELECT 1").size() == 1; }));
  }

  // An expression over pg_stat_activity, for each connection of the server under test.
  std::vector<std::string> OnConnections(const std::string& expression) {
    return postgres_->Query("postgres", "SELECT " + expression +
                                            " FROM pg_stat_activity WHERE datname = '" +
                                            deployment_->database() + "'");
  }

  static std::unique_ptr<PostgresServer> postgres_;
  Random random_ = MakeRandom();
  std::optional<Deployment> deployment_;
};

std::unique_ptr<PostgresServer> DatabaseFaults::postgres_;

enum class Quotas { kCounted, kNone };
class DatabaseFaultsUnderLoad : public DatabaseFaults,
                                public ::testing::WithParamInterface<Quotas> {};

TEST_P(DatabaseFaultsUnderLoad, LoseNothing) {
  if (GetParam() == Quotas::kNone) deployment_->CountNoQuotas();
  auto server = deployment_->Start();
  Crowd crowd(8, random_);
  const auto disturb = [&](const char* what, const std::function<void()>& fault) {
    if (HasFailure()) return;
    SCOPED_TRACE(what);
    crowd.Begin(server->Base());
    Pause(milliseconds(50));
    fault();
    Pause(milliseconds(Below(random_, 300)));
    crowd.End();
    crowd.CheckAll(server->Base());
    EXPECT_FALSE(server->HasEnded()) << server->Output();
    std::cout << what << ": " << crowd.counts() << std::endl;
  };
  disturb("connections cut", [this] { TerminateConnections(); });
  disturb("restarted", [this] { Restart(SIGINT); });
  disturb("crashed", [this] { Restart(SIGQUIT); });
  disturb("one process killed", [this] { KillOneProcess(); });
  disturb("crashed again", [this] { Restart(SIGQUIT); });
  EXPECT_EQ(server->Stop(SIGTERM), 0);
  // Whatever the database complained of, no stored byte went into the log.
  EXPECT_THAT(server->Output(), Not(HasSubstr("wallet ")));
  EXPECT_THAT(server->Output(), Not(HasSubstr("xxxxxxxx")));
}

INSTANTIATE_TEST_SUITE_P(With, DatabaseFaultsUnderLoad,
                         ::testing::Values(Quotas::kCounted, Quotas::kNone),
                         [](const auto& quotas) {
                           return quotas.param == Quotas::kNone ? "NoQuotas" : "Quotas";
                         });

TEST_F(DatabaseFaults, WhileItIsAwayEverybodyIsToldSo) {
  auto server = deployment_->Start();
  VssClient client(server->Base(), "store");
  HttpClient admin(server->AdminBase());
  EXPECT_EQ(client.Put({{"k", 0, "before"}}), kOk);
  EXPECT_EQ(admin.Send("GET", "/ready", "").status, 200);

  postgres_->Stop(SIGINT);
  const Outcome away{503, 3};
  // The first to notice may have lost an answer that nobody can find any more.
  EXPECT_TRUE(Eventually([&] { return client.Put({{"k", 1, "meanwhile"}}) == away; }));
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.Put({{"k", 1, "meanwhile"}}), away);
    EXPECT_EQ(client.Get("k"), away);
    EXPECT_EQ(client.Delete("k", -1), away);
    Listing listing;
    EXPECT_EQ(client.List(&listing), away);
  }
  // Nobody is kept waiting for a database that is known to be away.
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
  const Reply reply = client.http().Post("/vss/getObject", "");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers.count("retry-after"), 1U);
  EXPECT_EQ(reply.headers.at("connection"), "keep-alive");
  EXPECT_EQ(admin.Send("GET", "/ready", "").status, 503);
  EXPECT_EQ(admin.Send("GET", "/health", "").status, 200);

  postgres_->StartAgain();
  EXPECT_TRUE(Eventually([&] { return admin.Send("GET", "/ready", "").status == 200; }));
  EXPECT_TRUE(Eventually([&] { return client.Get("k") == kOk; }));
  EXPECT_EQ(client.MustGet("k"), (Entry{"k", 1, "before"}));
  EXPECT_EQ(client.Put({{"k", 1, "after"}}), kOk);
  EXPECT_EQ(client.MustGet("k"), (Entry{"k", 2, "after"}));
}

// The connections are there, but nobody answers on them: as when a network breaks in the middle.
TEST_F(DatabaseFaults, ThatDoNotShowAreNotWaitedForWithoutEnd) {
  deployment_->settings["VSS_STORE_POSTGRES_STATEMENT_TIMEOUT"] = "1s";
  deployment_->CountNoQuotas();
  auto server = deployment_->Start();
  SoleWriter writer("store", random_());
  VssClient client = writer.NewClient(server->Base());
  for (int i = 0; i < 30; ++i) writer.Step(client);

  const auto pids = OnConnections("pid");
  EXPECT_FALSE(pids.empty());
  for (const std::string& pid : pids) kill(std::stoi(pid), SIGSTOP);
  for (int i = 0; i < 10; ++i) writer.Step(client);
  for (const std::string& pid : pids) kill(std::stoi(pid), SIGCONT);

  // Those who had been asked may go on with it now.  Then it is settled.
  Pause(milliseconds(200));
  EXPECT_TRUE(Eventually([this] {
    const auto states = OnConnections("coalesce(state, 'starting')");
    return std::all_of(states.begin(), states.end(),
                       [](const std::string& state) { return state == "idle"; });
  }));
  EXPECT_TRUE(Eventually([&] { return writer.Check(client); }));
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(writer.Step(client));
  std::cout << writer.counts() << std::endl;
}

}  // namespace
}  // namespace vss::testing
