#include "store/sqlite/sqlite_backup.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/support/blocking_store.h"
#include "tests/support/temp_folder.h"

namespace vss::store {
namespace {

using testing::BlockingStore;
using testing::TempFolder;

class SqliteBackupTest : public ::testing::Test {
 protected:
  std::unique_ptr<Store> Open(const std::string& name) {
    auto opened =
        MakeSqliteStore({.path = folder_.Path(name), .check = SqliteOptions::Check::kAlways},
                        clock_, log_, observer_);
    EXPECT_TRUE(opened) << opened.error().message << opened.error().detail;
    return *std::move(opened);
  }

  Result<Done> Backup(const std::string& target, IfTargetExists if_exists = IfTargetExists::kFail) {
    return BackupSqlite(folder_.Path("vss.db"), folder_.Path(target), if_exists,
                        [](std::uint64_t, std::uint64_t) {});
  }

  // Writes the same version to both ends of the file in each batch.
  void Write(Store& store, Version version) {
    Batch batch;
    for (const char* key : {"a", "z"}) {
      batch.changes.push_back(
          Change::Write(key, Guard::Anything(), version, std::string(20'000, 'v')));
    }
    batch.changes.push_back(
        Change::Write("k" + std::to_string(version), Guard::Anything(), version, "value"));
    EXPECT_TRUE(BlockingStore(store).Commit(space_, batch)->IsCommitted());
  }

  // The version of the state that a copy holds, which must be the state after some batch.
  Version CheckCopy(const std::string& name) {
    const auto copy = Open(name);
    const ScanResult all = *BlockingStore(*copy).Scan(space_, {"", 1'000'000'000});
    const Version version = all.records.front().version;
    EXPECT_EQ(all.records.front().key, "a");
    EXPECT_EQ(all.records.back(), (Record{"z", version, std::string(20'000, 'v')}));
    EXPECT_EQ(all.records.size(), static_cast<std::size_t>(version) + 2);
    return version;
  }

  const Space space_ = {"tenant", "store"};
  TempFolder folder_;
  SystemClock clock_;
  NoLog log_;
  NoObserver observer_;
};

TEST_F(SqliteBackupTest, ACopyIsOfOneMomentWhileTheServerWrites) {
  const auto store = Open("vss.db");
  Write(*store, 1);
  std::atomic<bool> stop = false;
  std::atomic<Version> written = 1;
  std::thread writer([&] {
    for (Version version = 2; !stop; ++version) {
      Write(*store, version);
      written = version;
    }
  });
  for (const char* name : {"one.db", "two.db", "three.db"}) {
    const Version before = written;
    const auto done = Backup(name);
    EXPECT_TRUE(done) << done.error().message << done.error().detail;
    const Version copied = CheckCopy(name);
    EXPECT_GE(copied, before);
    EXPECT_LE(copied, written + 1);
  }
  stop = true;
  writer.join();
}

TEST_F(SqliteBackupTest, TheCommandLineToolOfSqliteMakesGoodCopiesToo) {
  const auto store = Open("vss.db");
  Write(*store, 1);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (Version version = 2; !stop; ++version) Write(*store, version);
  });
  // As docs/formats/sqlite-store.md has it: the transaction keeps the copy to one moment.
  const std::string command = "sqlite3 -bail '" + folder_.Path("vss.db") +
                              "' 'BEGIN' 'SELECT count(*) FROM sqlite_schema' '.backup " +
                              folder_.Path("tool.db") + "' > /dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT(cert-env33-c): our own words.
  stop = true;
  writer.join();
  CheckCopy("tool.db");
}

TEST_F(SqliteBackupTest, ACopyIsOneFileReadableByItsOwner) {
  Write(*Open("vss.db"), 1);  // Also of a store that nobody serves.
  ASSERT_TRUE(Backup("copy.db"));
  EXPECT_EQ(std::filesystem::status(folder_.Path("copy.db")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.Path(""))) {
    files += entry.path().filename().string().starts_with("copy.db") ? 1 : 0;
  }
  EXPECT_EQ(files, 1);
}

TEST_F(SqliteBackupTest, AnExistingFileIsReplacedOnlyWhenTold) {
  const auto store = Open("vss.db");
  Write(*store, 1);
  std::ofstream(folder_.Path("copy.db")) << "precious";
  const auto refused = Backup("copy.db");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::kInvalid);
  EXPECT_EQ(std::filesystem::file_size(folder_.Path("copy.db")), 8U);
  EXPECT_TRUE(Backup("copy.db", IfTargetExists::kReplace));
  EXPECT_EQ(CheckCopy("copy.db"), 1);
}

TEST_F(SqliteBackupTest, TheSourceIsNotReplacedUnderWhateverName) {
  const auto store = Open("vss.db");
  Write(*store, 1);
  std::filesystem::create_symlink(folder_.Path("vss.db"), folder_.Path("symlink.db"));
  std::filesystem::create_hard_link(folder_.Path("vss.db"), folder_.Path("link.db"));
  for (const char* name : {"vss.db", "symlink.db", "link.db"}) {
    const auto refused = Backup(name, IfTargetExists::kReplace);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().kind, Kind::kInvalid);
  }
  Write(*store, 2);
}

// SQLite would replay it into the copy.
TEST_F(SqliteBackupTest, ACopyIsNotPutBesideTheLogOfAnotherFile) {
  Write(*Open("vss.db"), 1);
  for (const char* suffix : {"-wal", "-journal"}) {
    const std::string log = folder_.Path("copy.db") + suffix;
    std::ofstream(log) << "of another file";
    for (const auto if_exists : {IfTargetExists::kFail, IfTargetExists::kReplace}) {
      const auto refused = Backup("copy.db", if_exists);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().kind, Kind::kInvalid);
    }
    std::filesystem::remove(log);
  }
  EXPECT_TRUE(Backup("copy.db"));
}

// The next start checks a file whose log was left behind by a crash.
TEST_F(SqliteBackupTest, ACopyAfterACrashLeavesTheLogThere) {
  const auto store = Open("vss.db");
  Write(*store, 1);
  for (const char* suffix : {"", "-wal"}) {
    std::filesystem::copy_file(folder_.Path("vss.db") + suffix,
                               folder_.Path("crashed.db") + suffix);
  }
  ASSERT_TRUE(BackupSqlite(folder_.Path("crashed.db"), folder_.Path("copy.db"),
                           IfTargetExists::kFail, [](std::uint64_t, std::uint64_t) {}));
  EXPECT_GT(std::filesystem::file_size(folder_.Path("crashed.db-wal")), 0U);
}

TEST_F(SqliteBackupTest, ProgressEndsAtTheWhole) {
  const auto store = Open("vss.db");
  Write(*store, 1);
  std::vector<std::uint64_t> done;
  std::uint64_t whole = 0;
  ASSERT_TRUE(BackupSqlite(folder_.Path("vss.db"), folder_.Path("copy.db"), IfTargetExists::kFail,
                           [&](std::uint64_t bytes_done, std::uint64_t bytes) {
                             done.push_back(bytes_done);
                             whole = bytes;
                           }));
  ASSERT_FALSE(done.empty());
  EXPECT_EQ(done.back(), whole);
  EXPECT_EQ(std::filesystem::file_size(folder_.Path("copy.db")), whole);
}

TEST_F(SqliteBackupTest, WhatIsNoStoreIsRefused) {
  const auto missing = Backup("copy.db");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Kind::kInvalid);
  std::ofstream(folder_.Path("vss.db")) << std::string(10'000, 'x');
  const auto foreign = Backup("copy.db");
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().kind, Kind::kInvalid);
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("copy.db")));
}

}  // namespace
}  // namespace vss::store
