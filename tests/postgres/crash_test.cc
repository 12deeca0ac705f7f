// The database is restarted, crashed and cut off under load: nothing that was acknowledged is lost,
// no batch is torn, and nobody sees a conflict with himself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "tests/postgres/fixture.h"
#include "tests/support/seed.h"

namespace vss::testing {
namespace {

constexpr int kWriters = 8;

// A wallet: one caller that knows what it wrote.
struct Wallet {
  Space space;
  std::int64_t version = 0;
  std::int64_t acknowledged = 0;
  std::int64_t refused = 0;
  std::int64_t in_doubt = 0;
};

class CrashTest : public PostgresTest {
 protected:
  void SetUp() override {
    durable_ = PostgresServer::Start(PostgresServer::Durability::kOn);
    server_ = durable_.get();
    if (server_ == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
    // Starts again sooner, from version 14 on.
    server_->Query("postgres", "ALTER SYSTEM SET recovery_init_sync_method = syncfs");
    options_ = server_->Options();
    options_.statement_timeout = std::chrono::seconds(5);
  }

  static std::vector<Change> Next(std::int64_t version) {
    const Guard guard = version == 0 ? Guard::Absent() : Guard::AtVersion(version);
    const std::string value = std::to_string(version + 1);
    return {Change::Write("a", guard, version + 1, value),
            Change::Write("b", guard, version + 1, value)};
  }

  // Finds out what a write in doubt came to, as a wallet would.
  static std::int64_t VersionIn(store::Store& store, const Space& space) {
    for (;;) {
      auto got = BlockingStore(store).Get(space, {"a"});
      if (got) return got->empty() ? 0 : got->front().version;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  static void Write(store::Store& store, Wallet& wallet) {
    const auto outcome = Commit(store, wallet.space, Next(wallet.version));
    if (outcome && outcome->IsCommitted()) {
      ++wallet.version;
      ++wallet.acknowledged;
    } else if (outcome) {
      ADD_FAILURE() << "a conflict where nobody else writes";
    } else if (outcome.error().kind == Kind::kInDoubt) {
      const std::int64_t version = VersionIn(store, wallet.space);
      EXPECT_THAT(version, ::testing::AnyOf(wallet.version, wallet.version + 1));
      wallet.version = version;
      ++wallet.in_doubt;
    } else {
      // Nothing happened, so the same version must still do.
      ++wallet.refused;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  void Disturb(Random& random) {
    const std::string ours = " FROM pg_stat_activity WHERE application_name = 'vss-server'";
    switch (Below(random, 4)) {
      case 0:
        server_->Query("postgres", "SELECT pg_terminate_backend(pid)" + ours);
        break;
      case 1: {
        const auto pids = server_->Query("postgres", "SELECT pid" + ours + " LIMIT 1");
        const int pid = pids.empty() ? 0 : std::atoi(pids.front().c_str());
        if (pid > 1) kill(pid, SIGKILL);
        break;
      }
      case 2:
        server_->Stop(SIGINT);
        server_->StartAgain();
        break;
      default:
        server_->Stop(SIGQUIT);
        server_->StartAgain();
    }
  }

  std::unique_ptr<PostgresServer> durable_;
};

TEST_F(CrashTest, NothingAcknowledgedIsLost) {
  Random random = MakeRandom();
  const char* const given = std::getenv("VSS_CYCLES");  // For long runs.
  const int cycles = given != nullptr ? std::atoi(given) : 10;
  auto store = Open();
  std::vector<Wallet> wallets(kWriters);
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    Wallet& wallet = wallets[static_cast<std::size_t>(i)];
    wallet.space = {"wallet " + std::to_string(i), "store"};
    writers.emplace_back([&] {
      while (!stop) Write(*store, wallet);
    });
  }
  for (int i = 0; i < cycles; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + Below(random, 250)));
    Disturb(random);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  stop = true;
  for (std::thread& writer : writers) writer.join();

  store.reset();
  store = Open();
  std::int64_t acknowledged = 0;
  for (const Wallet& wallet : wallets) {
    const std::string value = std::to_string(wallet.version);
    EXPECT_THAT(Get(*store, wallet.space, {"a", "b"}),
                ::testing::ElementsAre(Record{"a", wallet.version, value},
                                       Record{"b", wallet.version, value}));
    acknowledged += wallet.acknowledged;
  }
  EXPECT_GT(acknowledged, 0);
  std::int64_t refused = 0;
  std::int64_t in_doubt = 0;
  for (const Wallet& wallet : wallets) {
    refused += wallet.refused;
    in_doubt += wallet.in_doubt;
  }
  std::cout << acknowledged << " acknowledged, " << refused << " refused, " << in_doubt
            << " in doubt in " << cycles << " cycles" << std::endl;
}

TEST_F(CrashTest, AnAbsentDatabaseIsSaidToBeAwayAtOnce) {
  const auto store = Open();
  ASSERT_TRUE(Commit(*store, {"t", "s"}, Next(0)));
  server_->Stop(SIGINT);
  for (int i = 0; i < 20; ++i) {
    const auto outcome = Commit(*store, {"t", "s"}, Next(1));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Kind::kUnavailable);
    const auto got = BlockingStore(*store).Get({"t", "s"}, {"a"});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, Kind::kUnavailable);
  }
  EXPECT_FALSE(store::MakePostgresStore(options_, clock_, log_, observer_));
  server_->StartAgain();
  for (;;) {
    const auto outcome = Commit(*store, {"t", "s"}, Next(1));
    if (outcome) {
      EXPECT_TRUE(outcome->IsCommitted());
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace
}  // namespace vss::testing
