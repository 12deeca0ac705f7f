#include "store/sqlite/sqlite_store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/manual_clock.h"
#include "tests/support/blocking_store.h"
#include "tests/support/temp_folder.h"

namespace vss::store {
namespace {

using testing::BlockingStore;
using testing::TempFolder;

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// Another program at work on the file.
class OtherProgram {
 public:
  explicit OtherProgram(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK);
  }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  ~OtherProgram() { sqlite3_close(handle_); }

  void Say(const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle_);
  }

 private:
  sqlite3* handle_ = nullptr;
};

class SqliteStoreTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Store>> Open(SqliteOptions options = {}) {
    options.path = path_;
    return MakeSqliteStore(options, clock_, log_, observer_);
  }

  // The kind of failure that opening the file meets.
  std::optional<Kind> Refusal(SqliteOptions options = {}) {
    const auto opened = Open(std::move(options));
    return opened ? std::nullopt : std::optional(opened.error().kind);
  }

  Batch Writing(const Key& key) {
    return {{Change::Write(key, Guard::Anything(), 1, std::string(1000, 'v'))}, {}};
  }

  // The kind of failure that a write meets, later; nullopt if it is committed.
  std::future<std::optional<Kind>> Put(Store& store, const Key& key,
                                       Deadline deadline = Deadline::Never()) {
    auto promise = std::make_shared<std::promise<std::optional<Kind>>>();
    store.Commit(space_, Writing(key), deadline, [promise](const Result<CommitOutcome>& outcome) {
      promise->set_value(outcome ? std::nullopt : std::optional(outcome.error().kind));
    });
    return promise->get_future();
  }

  bool Has(Store& store, const Key& key) {
    return !BlockingStore(store).Get(space_, {key})->empty();
  }

  const Space space_ = {"tenant", "store"};
  TempFolder folder_;
  const std::string path_ = folder_.Path("vss.db");
  ManualClock clock_;
  NoLog log_;
  NoObserver observer_;
};

TEST_F(SqliteStoreTest, ItsFilesAreReadableByTheirOwnerOnly) {
  const auto store = *Open();
  Put(*store, "a").wait();
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat status = {};
    ASSERT_EQ(stat((path_ + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600) << suffix;
  }
}

TEST_F(SqliteStoreTest, AClosedStoreIsOneFile) {
  Put(**Open(), "a").wait();
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path_ + "-shm"));
}

TEST_F(SqliteStoreTest, TheLogIsEmptiedWhileTheServerWrites) {
  constexpr std::uintmax_t kPageBytes = 4096;
  const auto store = *Open({.checkpoint_pages = 20});
  for (int i = 0; i < 1000; ++i) Put(*store, "k" + std::to_string(i)).wait();
  // Each put wrote three pages at least.
  EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), 1500 * kPageBytes);
}

TEST_F(SqliteStoreTest, ASecondServerIsRefused) {
  const std::string alias = folder_.Path("alias.db");
  {
    const auto first = *Open();
    EXPECT_EQ(Refusal(), Kind::kUnavailable);
    std::filesystem::create_symlink(path_, alias);
    const auto second = MakeSqliteStore({.path = alias}, clock_, log_, observer_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, Kind::kUnavailable);
  }
  EXPECT_EQ(Refusal(), std::nullopt);
}

TEST_F(SqliteStoreTest, AMissingFileIsMadeOnlyWhereThatIsWanted) {
  EXPECT_EQ(Refusal({.create = false}), Kind::kInvalid);
  EXPECT_EQ(Refusal(), std::nullopt);
  EXPECT_EQ(Refusal({.create = false}), std::nullopt);
  const auto nowhere =
      MakeSqliteStore({.path = folder_.Path("no/folder/vss.db")}, clock_, log_, observer_);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, Kind::kInvalid);
}

// What is left when root has restored a backup, or looked after the store, beside a server that is
// somebody else.
TEST_F(SqliteStoreTest, AFileThatBelongsToAnotherIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  ASSERT_EQ(Refusal(), std::nullopt);
  ASSERT_EQ(chown(folder_.Path("").c_str(), 65534, 65534), 0);
  for (const std::string& file : {path_, path_ + ".lock"}) {
    ASSERT_EQ(seteuid(65534), 0);
    const auto refused = Open();
    ASSERT_EQ(seteuid(0), 0);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Kind::kInvalid);
    EXPECT_NE(refused.error().message.find(file + ": Permission denied; it belongs to root"),
              std::string::npos)
        << refused.error().message;
    ASSERT_EQ(chown(file.c_str(), 65534, 65534), 0);
  }
}

TEST_F(SqliteStoreTest, RootMakesFilesForTheOwnerOfTheirFolder) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make files for others";
  ASSERT_EQ(chown(folder_.Path("").c_str(), 65534, 65534), 0);
  {
    const auto store = *Open();
    Put(*store, "a").wait();
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
      struct stat status = {};
      ASSERT_EQ(stat((path_ + suffix).c_str(), &status), 0) << suffix;
      EXPECT_EQ(status.st_uid, 65534U) << suffix;
      EXPECT_EQ(status.st_mode & 0777, 0600) << suffix;
    }
  }
  ASSERT_EQ(seteuid(65534), 0);
  const auto refusal = Refusal();
  ASSERT_EQ(seteuid(0), 0);
  EXPECT_EQ(refusal, std::nullopt);
}

TEST_F(SqliteStoreTest, AnEmptyFileBecomesAStore) {
  std::ofstream(path_).close();
  EXPECT_EQ(Refusal(), std::nullopt);
}

TEST_F(SqliteStoreTest, AFileOfSomebodyElseIsRefusedAndLeftAlone) {
  std::ofstream(path_) << "This is a letter, long enough to be looked at.  "
                       << std::string(5000, '.');
  const std::string letter = ReadFile(path_);
  EXPECT_EQ(Refusal(), Kind::kInvalid);
  EXPECT_EQ(ReadFile(path_), letter);

  std::filesystem::remove(path_);
  OtherProgram(path_).Say("CREATE TABLE recipe (name TEXT)");
  const std::string recipes = ReadFile(path_);
  EXPECT_EQ(Refusal(), Kind::kInvalid);
  EXPECT_EQ(ReadFile(path_), recipes);
}

TEST_F(SqliteStoreTest, ANewerVersionOfTheTablesIsRefused) {
  ASSERT_EQ(Refusal(), std::nullopt);
  OtherProgram(path_).Say("PRAGMA user_version = 2");
  const auto opened = Open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, Kind::kInvalid);
  EXPECT_NE(opened.error().message.find("version 2"), std::string::npos);
}

// SQLite itself would go on writing to a file that the next start does not find.
TEST_F(SqliteStoreTest, OnceTheFileIsNotTheServedOneNothingIsAnswered) {
  const std::string aside = folder_.Path("aside.db");
  const auto rename = [&] { std::filesystem::rename(path_, aside); };
  const auto replace = [&] {
    std::filesystem::copy_file(path_, aside);
    std::filesystem::rename(aside, path_);
  };
  const auto remove = [&] { std::filesystem::remove(path_); };
  const auto remove_log = [&] { std::filesystem::remove(path_ + "-wal"); };
  for (const std::function<void()>& mistake :
       std::vector<std::function<void()>>{rename, replace, remove, remove_log}) {
    for (const std::string& file : {path_, path_ + "-wal", aside}) std::filesystem::remove(file);
    const auto store = *Open();
    EXPECT_EQ(Put(*store, "before").get(), std::nullopt);
    mistake();
    EXPECT_EQ(Put(*store, "after").get(), Kind::kUnavailable);
    EXPECT_EQ(Put(*store, "later").get(), Kind::kUnavailable);
    const auto read = BlockingStore(*store).Get(space_, {"before"});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Kind::kUnavailable);
  }
}

TEST_F(SqliteStoreTest, AFileThatIsPutBackHasEverything) {
  const std::string aside = folder_.Path("aside.db");
  {
    const auto store = *Open();
    EXPECT_EQ(Put(*store, "before").get(), std::nullopt);
    std::filesystem::rename(path_, aside);
    EXPECT_EQ(Put(*store, "after").get(), Kind::kUnavailable);
  }
  std::filesystem::rename(aside, path_);
  const auto store = *Open();
  EXPECT_TRUE(Has(*store, "before"));
  EXPECT_FALSE(Has(*store, "after"));
}

// SQLite would take the log for a leftover and remove it.
TEST_F(SqliteStoreTest, ALogWithoutItsFileIsNotLost) {
  std::ofstream(path_ + "-wal") << "the only copy of the last writes";
  for (const bool create : {true, false}) EXPECT_EQ(Refusal({.create = create}), Kind::kInvalid);
  EXPECT_FALSE(std::filesystem::exists(path_));
  std::ofstream(path_).close();
  EXPECT_EQ(Refusal(), Kind::kInvalid);
  EXPECT_EQ(ReadFile(path_ + "-wal"), "the only copy of the last writes");
}

class DamagedSqliteStoreTest : public SqliteStoreTest {
 protected:
  // Fills a store and overwrites the pages of its records.
  void SetUp() override {
    {
      const auto store = *Open();
      for (int i = 0; i < 100; ++i) Put(*store, "k" + std::to_string(i)).wait();
    }
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    constexpr std::size_t kPageBytes = 4096;
    file.seekp(8 * kPageBytes);
    file << std::string(10 * kPageBytes, '\x5A');
  }
};

TEST_F(DamagedSqliteStoreTest, DamageIsSeenByACheck) {
  EXPECT_EQ(Refusal({.check = SqliteOptions::Check::kAlways}), Kind::kCorrupt);
  EXPECT_EQ(Refusal({.check = SqliteOptions::Check::kAfterCrash}), std::nullopt);
}

TEST_F(DamagedSqliteStoreTest, AfterACrashTheFileIsChecked) {
  std::ofstream(path_ + "-wal") << "left behind";
  EXPECT_EQ(Refusal({.check = SqliteOptions::Check::kNever}), std::nullopt);
  std::ofstream(path_ + "-wal") << "left behind";
  EXPECT_EQ(Refusal({.check = SqliteOptions::Check::kAfterCrash}), Kind::kCorrupt);
}

TEST_F(DamagedSqliteStoreTest, AfterACrashItIsCheckedUnderWhateverName) {
  const std::string alias = folder_.Path("alias.db");
  std::filesystem::create_symlink(path_, alias);
  std::ofstream(path_ + "-wal") << "left behind";
  const auto opened = MakeSqliteStore({.path = alias}, clock_, log_, observer_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, Kind::kCorrupt);
}

TEST_F(DamagedSqliteStoreTest, OnceDamageIsSeenNothingIsWritten) {
  const auto store = *Open({.check = SqliteOptions::Check::kNever});
  const Space elsewhere = {"bob", "store"};
  EXPECT_TRUE(
      BlockingStore(*store).Commit(elsewhere, {{Change::Check("a", Guard::Anything())}, {}}));
  const auto scan = BlockingStore(*store).Scan(space_, {"", 1'000'000});
  ASSERT_FALSE(scan);
  EXPECT_EQ(scan.error().kind, Kind::kCorrupt);
  const auto write = BlockingStore(*store).Commit(elsewhere, Writing("a"));
  ASSERT_FALSE(write);
  EXPECT_EQ(write.error().kind, Kind::kCorrupt);
}

TEST_F(SqliteStoreTest, AnotherProgramThatWritesIsWaitedFor) {
  const auto store = *Open();
  OtherProgram other(path_);
  other.Say("BEGIN IMMEDIATE");
  auto put = Put(*store, "a");
  EXPECT_EQ(put.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  EXPECT_FALSE(Has(*store, "a"));  // Reading goes on.
  other.Say("COMMIT");
  EXPECT_EQ(put.get(), std::nullopt);
}

TEST_F(SqliteStoreTest, AnotherProgramThatWritesForTooLongMakesItUnavailable) {
  const auto store = *Open({.busy_wait = std::chrono::milliseconds(10)});
  {
    OtherProgram other(path_);
    other.Say("BEGIN IMMEDIATE");
    EXPECT_EQ(Put(*store, "a").get(), Kind::kUnavailable);
  }
  EXPECT_EQ(Put(*store, "b").get(), std::nullopt);
  EXPECT_FALSE(Has(*store, "a"));
}

TEST_F(SqliteStoreTest, AFullQueueSaysSoAtOnce) {
  const auto store = *Open({.commit_lane = {.queue_jobs_max = 2, .batch_jobs_max = 1}});
  OtherProgram other(path_);
  other.Say("BEGIN IMMEDIATE");
  std::array<std::future<std::optional<Kind>>, 10> puts;
  std::array<bool, 10> is_refused = {};
  for (std::size_t i = 0; i < puts.size(); ++i) {
    puts[i] = Put(*store, std::to_string(i));
    is_refused[i] = puts[i].wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
  other.Say("COMMIT");

  // One is being done at most, and two wait.
  EXPECT_GE(std::count(is_refused.begin(), is_refused.end(), true), 7);
  EXPECT_FALSE(is_refused[0]);
  for (std::size_t i = 0; i < puts.size(); ++i) {
    EXPECT_EQ(puts[i].get(), is_refused[i] ? std::optional(Kind::kOverloaded) : std::nullopt);
    EXPECT_EQ(Has(*store, std::to_string(i)), !is_refused[i]);
  }
}

TEST_F(SqliteStoreTest, WhatWaitedBeyondItsDeadlineIsNotBegun) {
  const auto store = *Open({.commit_lane = {.batch_jobs_max = 1}});
  OtherProgram other(path_);
  other.Say("BEGIN IMMEDIATE");
  auto first = Put(*store, "first");
  auto second = Put(*store, "second", {clock_.Steady() + std::chrono::seconds(5)});
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  clock_.Advance(std::chrono::seconds(10));
  other.Say("COMMIT");
  EXPECT_EQ(first.get(), std::nullopt);
  EXPECT_EQ(second.get(), Kind::kOverloaded);
  EXPECT_FALSE(Has(*store, "second"));
}

}  // namespace
}  // namespace vss::store
