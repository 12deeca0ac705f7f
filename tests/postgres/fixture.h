// What the tests of the PostgreSQL store share: a database of their own.
#ifndef VSS_TESTS_POSTGRES_FIXTURE_H_
#define VSS_TESTS_POSTGRES_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "store/observer.h"
#include "store/postgres/postgres_store.h"
#include "store/store.h"
#include "tests/postgres/server.h"
#include "tests/support/blocking_store.h"

namespace vss::testing {

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = PostgresServer::Shared();
    if (server_ == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
    options_ = server_->Options();
  }

  std::unique_ptr<store::Store> Open() {
    auto made = store::MakePostgresStore(options_, clock_, log_, observer_);
    EXPECT_TRUE(made) << made.error().message << made.error().detail;
    return *std::move(made);
  }

  static Result<CommitOutcome> Commit(store::Store& store, const Space& space,
                                      std::vector<Change> changes) {
    return BlockingStore(store).Commit(space, {std::move(changes)});
  }
  static std::vector<Record> Get(store::Store& store, const Space& space, std::vector<Key> keys) {
    auto got = BlockingStore(store).Get(space, std::move(keys));
    EXPECT_TRUE(got) << got.error().detail;
    return *std::move(got);
  }

  // What the database is told to forget in a crash is kept all the same.
  void CheckDurability() {
    for (const bool counting : {false, true}) {
      options_.track_usage = counting;
      Open();
      Sql("ALTER DATABASE \"" + options_.vss_database +
          "\" SET synchronous_commit = off; "
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
          "WHERE datname = current_database() AND pid <> pg_backend_pid()");
      Sql("CREATE TABLE seen (setting text); CREATE OR REPLACE FUNCTION look() RETURNS trigger "
          "LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES "
          "(current_setting('synchronous_commit')); RETURN new; END $$; "
          "CREATE TRIGGER look BEFORE INSERT ON vss_db FOR EACH ROW EXECUTE FUNCTION look()");
      const auto store = Open();
      EXPECT_TRUE(Commit(*store, {"tenant", "store"},
                         {Change::Write(counting ? "a" : "b", Guard::Absent(), 1, "")}));
      EXPECT_THAT(Sql("SELECT DISTINCT setting FROM seen"), ::testing::ElementsAre("on"));
      Sql("DROP TABLE seen CASCADE; DROP TRIGGER look ON vss_db");
    }
  }

  // Rows of a statement on the test's database.
  std::vector<std::string> Sql(const std::string& sql) {
    return server_->Query(options_.vss_database, sql);
  }

  // A transaction of somebody else's, under way.
  std::unique_ptr<SqlSession> Begin(const std::string& sql) {
    auto session = std::make_unique<SqlSession>(server_->port(), options_.vss_database);
    EXPECT_THAT(session->Run("BEGIN"), ::testing::IsEmpty());
    EXPECT_THAT(session->Run(sql), ::testing::Each(::testing::Not(::testing::HasSubstr("error"))));
    return session;
  }

  // How many transactions wait for somebody's lock, and how many are under way.
  int Waiting() { return Count("wait_event_type = 'Lock'"); }
  int Busy() { return Count("state <> 'idle'"); }

  template <typename Condition>
  static void Await(Condition condition) {
    const auto started = std::chrono::steady_clock::now();
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(60));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  SystemClock clock_;
  NoLog log_;
  store::NoObserver observer_;
  PostgresServer* server_ = nullptr;
  store::PostgresOptions options_;

 private:
  int Count(const std::string& condition) {
    return std::stoi(Sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                         "AND pid <> pg_backend_pid() AND " +
                         condition)
                         .at(0));
  }
};

}  // namespace vss::testing

#endif  // VSS_TESTS_POSTGRES_FIXTURE_H_
