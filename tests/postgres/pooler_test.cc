// Behind a pooler in transaction mode, where each transaction may run in another session.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "tests/postgres/fixture.h"
#include "tests/postgres/proxy.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {
namespace {

constexpr const char* kPooler = "/usr/sbin/pgbouncer";

class PoolerTest : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (server_ == nullptr) return;
    options_.prepared_statements = false;
    if (!std::filesystem::exists(kPooler)) {
      std::fprintf(stderr, "SKIPPED: pgbouncer is not installed\n");
      GTEST_SKIP();
    }
    ASSERT_TRUE(store::MakePostgresStore(options_, clock_, log_, observer_)) << "without it";
    StartPooler();
  }

  void TearDown() override {
    if (pid_ == 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }

  void StartPooler() {
    proxy_ = std::make_unique<FaultyProxy>(server_->port());
    std::filesystem::permissions(folder_.Path("."), std::filesystem::perms::all);
    const int port = FreePort();
    std::ofstream(folder_.Path("users")) << "\"vss\" \"\"\n";
    std::ofstream(folder_.Path("ini"))
        << "[databases]\n* = host=127.0.0.1 port=" << proxy_->port()
        << "\n[pgbouncer]\npool_mode=transaction\ndefault_pool_size=3\nserver_reset_query_always="
           "1\n"
        << "listen_addr=127.0.0.1\nunix_socket_dir=\nauth_type=trust\nlisten_port=" << port
        << "\nauth_file=" << folder_.Path("users") << "\n";
    pid_ = Spawn({kPooler, folder_.Path("ini")}, folder_.Path("log"));
    options_.hosts = "127.0.0.1:" + std::to_string(port);
    for (int i = 0; i < 100; ++i) {  // Until the pooler listens.
      if (store::MakePostgresStore(options_, clock_, log_, observer_)) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  TempFolder folder_;
  std::unique_ptr<FaultyProxy> proxy_;  // Between the pooler and the database.
  pid_t pid_ = 0;
};

// The pooler then says of the first call that the server is gone, which had done them all.
TEST_F(PoolerTest, AnAnswerLostBehindItIsNoConflict) {
  const Space space = {"wallet", "store"};
  options_.commit_lanes = 1;
  for (const bool counting : {false, true}) {
    options_.track_usage = counting;
    const auto store = Open();
    // The pooler has something of its own to say to the database, too.
    for (int skip = 0; skip < 4; ++skip) {
      const Key key = (counting ? "counted" : "plain") + std::to_string(skip);
      ASSERT_TRUE(Commit(*store, space, {Change::Write(key, Guard::Absent(), 1, "1")}));
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // The pooler tidies up.
      proxy_->Arm(FaultyProxy::Fault::kLoseAnswer, skip);
      const auto outcome = Commit(*store, space, {Change::Write(key, Guard::AtVersion(1), 2, "2")});
      proxy_->Arm(FaultyProxy::Fault::kNone, 0);
      ASSERT_TRUE(outcome) << outcome.error().message << outcome.error().detail;
      EXPECT_TRUE(outcome->IsCommitted()) << "a conflict with itself";
      EXPECT_THAT(Get(*store, space, {key}), ::testing::ElementsAre(Record{key, 2, "2"}));
    }
  }
}

TEST_F(PoolerTest, AnswersAreDurableWhateverTheDatabaseIsSetTo) { CheckDurability(); }

TEST_F(PoolerTest, EverythingWorksWithoutASessionOfOnesOwn) {
  for (const bool counting : {false, true}) {
    options_.track_usage = counting;
    options_.commit_lanes = 4;
    const auto store = Open();
    std::vector<std::thread> wallets;
    wallets.reserve(8);
    for (int i = 0; i < 8; ++i) {
      wallets.emplace_back([&store, i, counting] {
        const Space space = {"wallet " + std::to_string(i), counting ? "counted" : "plain"};
        for (int n = 0; n < 20; ++n) {
          const Guard guard = n == 0 ? Guard::Absent() : Guard::AtVersion(n);
          const auto outcome = Commit(
              *store, space,
              {Change::Write("a", guard, n + 1, "x"), Change::Write("b", guard, n + 1, "y")});
          ASSERT_TRUE(outcome) << outcome.error().detail;
          EXPECT_TRUE(outcome->IsCommitted());
          const auto stale = Commit(*store, space, {Change::Write("a", Guard::Absent(), 1, "")});
          ASSERT_TRUE(stale) << stale.error().detail;
          EXPECT_EQ(stale->obstacles, std::vector<Obstacle>({{"a", n + 1}}));
        }
        const auto page = BlockingStore(*store).List(space, {.prefix = ""});
        ASSERT_TRUE(page) << page.error().detail;
        EXPECT_EQ(page->entries, std::vector<Page::Entry>({{"b", 20}, {"a", 20}}));
      });
    }
    for (std::thread& wallet : wallets) wallet.join();
  }
}

}  // namespace
}  // namespace vss::testing
