// The SQLite store on a disk that fails: what was answered holds, and what could not be done is
// said so.

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "store/observer.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/sqlite/faulty_disk.h"
#include "tests/support/blocking_store.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {
namespace {

class DiskTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    store_.reset();
    auto made = store::MakeSqliteStore({.path = folder_.Path("vss.db"),
                                        .check = store::SqliteOptions::Check::kAlways,
                                        .checkpoint_pages = checkpoint_pages_,
                                        .vfs = disk_.Name()},
                                       clock_, log_, observer_);
    ASSERT_TRUE(made) << made.error().message << made.error().detail;
    store_ = *std::move(made);
  }

  static Batch Writing(const Key& key, std::string value) {
    return {{Change::Write(key, Guard::Anything(), 1, std::move(value))}, {}};
  }

  // The kind of failure that a write met, if it did.
  std::optional<Kind> Put(const Key& key, const std::string& value = "v") {
    const auto outcome = BlockingStore(*store_).Commit(space_, Writing(key, value));
    return outcome ? std::nullopt : std::optional(outcome.error().kind);
  }

  bool Has(const Key& key) { return !BlockingStore(*store_).Get(space_, {key})->empty(); }

  void LosePower() {
    disk_.CutPower();
    store_.reset();
    disk_.log_flushes_to_fail = 0;
    disk_.file_flushes_to_fail = 0;
    disk_.RestorePower();
  }

  const Space space_ = {"tenant", "store"};
  int checkpoint_pages_ = 16'000;
  FaultyDisk disk_;
  TempFolder folder_;
  SystemClock clock_;
  NoLog log_;
  store::NoObserver observer_;
  std::unique_ptr<store::Store> store_;
};

TEST_F(DiskTest, EveryCommitIsFlushedBeforeItIsAnswered) {
  for (int i = 0; i < 5; ++i) {
    const int before = disk_.log_flushes;
    EXPECT_EQ(Put("a"), std::nullopt);
    EXPECT_GT(disk_.log_flushes, before);
  }
}

TEST_F(DiskTest, AFullDiskRefusesWritesUntilThereIsRoom) {
  EXPECT_EQ(Put("before"), std::nullopt);
  disk_.log_bytes_max = 0;
  EXPECT_EQ(Put("full"), Kind::kUnavailable);
  EXPECT_TRUE(Has("before"));
  EXPECT_FALSE(Has("full"));
  disk_.log_bytes_max = 1 << 30;
  EXPECT_EQ(Put("after"), std::nullopt);
  Open();
  EXPECT_TRUE(Has("before"));
  EXPECT_FALSE(Has("full"));
  EXPECT_TRUE(Has("after"));
}

TEST_F(DiskTest, ADiskThatTheLogHasFilledHasRoomOnceTheLogMayBeginAgain) {
  EXPECT_EQ(Put("before"), std::nullopt);
  disk_.log_bytes_max =
      static_cast<std::int64_t>(std::filesystem::file_size(folder_.Path("vss.db-wal")));
  EXPECT_EQ(Put("full"), Kind::kUnavailable);
  EXPECT_EQ(Put("after"), std::nullopt);
  Open();
  EXPECT_TRUE(Has("before"));
  EXPECT_FALSE(Has("full"));
  EXPECT_TRUE(Has("after"));
}

TEST_F(DiskTest, ABatchThatFindsNoRoomDoesNotTakeOthersWithIt) {
  EXPECT_EQ(Put("before"), std::nullopt);
  disk_.log_bytes_max = 1 << 20;
  std::vector<std::promise<bool>> done(9);
  for (std::size_t i = 0; i < done.size(); ++i) {
    const std::size_t bytes = i == 4 ? 2 << 20 : 10;
    store_->Commit(space_, Writing("k" + std::to_string(i), std::string(bytes, 'v')),
                   Deadline::Never(), [&done, i](const Result<CommitOutcome>& outcome) {
                     done[i].set_value(outcome.has_value());
                   });
  }
  for (std::size_t i = 0; i < done.size(); ++i) {
    const bool is_committed = done[i].get_future().get();
    EXPECT_EQ(is_committed, i != 4) << i;
    EXPECT_EQ(Has("k" + std::to_string(i)), is_committed) << i;
  }
}

TEST_F(DiskTest, AFailedWriteHasNotHappened) {
  EXPECT_EQ(Put("before"), std::nullopt);
  disk_.write_fails = true;
  EXPECT_EQ(Put("failed"), Kind::kUnavailable);
  EXPECT_EQ(Put("failed too"), Kind::kUnavailable);
  disk_.write_fails = false;
  EXPECT_FALSE(Has("failed"));
  EXPECT_EQ(Put("after"), std::nullopt);
  Open();
  EXPECT_TRUE(Has("before"));
  EXPECT_FALSE(Has("failed"));
  EXPECT_TRUE(Has("after"));
}

// The pages are in the log, the flush failed: a crash could bring the write back.
TEST_F(DiskTest, AFailedFlushIsInDoubtAndNothingIsWrittenUntilTheDiskWorks) {
  EXPECT_EQ(Put("before"), std::nullopt);
  disk_.log_flushes_to_fail = FaultyDisk::kAll;
  EXPECT_EQ(Put("doubtful"), Kind::kInDoubt);
  EXPECT_EQ(Put("refused"), Kind::kUnavailable);
  EXPECT_EQ(Put("refused too"), Kind::kUnavailable);
  EXPECT_TRUE(Has("before"));
  disk_.log_flushes_to_fail = 0;
  EXPECT_EQ(Put("after"), std::nullopt);
  const bool had_happened = Has("doubtful");
  Open();
  EXPECT_TRUE(Has("before"));
  EXPECT_TRUE(Has("after"));
  EXPECT_FALSE(Has("refused"));
  EXPECT_FALSE(Has("refused too"));
  EXPECT_EQ(Has("doubtful"), had_happened);  // Once settled, it stays so.
}

// With the place in the log written over, no crash can bring it back.
TEST_F(DiskTest, AFlushThatFailsOnceIsSettledAtOnce) {
  EXPECT_EQ(Put("before"), std::nullopt);
  disk_.log_flushes_to_fail = 1;
  EXPECT_EQ(Put("failed"), Kind::kUnavailable);
  LosePower();
  Open();
  EXPECT_TRUE(Has("before"));
  EXPECT_FALSE(Has("failed"));
  EXPECT_EQ(Put("after"), std::nullopt);
}

// While somebody reads an old state, a checkpoint moves only what is older still, and SQLite leaves
// the flush of it to the next one.  If that flush fails, the disk may have dropped pages that
// SQLite believes moved: the log is their only copy, so it must not begin again, and must not be
// removed.
TEST_F(DiskTest, WhatAFailedFlushOfTheFileDroppedIsStillInTheLog) {
  checkpoint_pages_ = 40;
  for (int round = 0; round < 12; ++round) {
    ASSERT_NO_FATAL_FAILURE(Open());
    std::set<Key> committed;
    const auto put = [&](int from, int to) {
      for (int i = from; i < to; ++i) {
        const Key key = std::to_string(round) + "/" + std::to_string(i);
        if (!Put(key, std::string(3000, 'v'))) committed.insert(key);
      }
    };
    put(0, 3);
    {
      auto reader = store::sqlite::Database::Open(folder_.Path("vss.db"), disk_.Name());
      ASSERT_TRUE(reader && reader->Execute("BEGIN; SELECT count(*) FROM record"));
      put(3, 30);
    }
    disk_.file_flushes_to_fail = 1;
    put(30, 90);
    EXPECT_EQ(Put("refused"), Kind::kUnavailable);
    const auto read = BlockingStore(*store_).Get(space_, {"a"});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Kind::kUnavailable);
    if (round % 2 == 0) {
      LosePower();
    } else {
      store_.reset();  // Closed in good order; the power fails later.
      LosePower();
    }
    ASSERT_NO_FATAL_FAILURE(Open());
    for (const Key& key : committed) EXPECT_TRUE(Has(key)) << key;
  }
}

// A connection that failed is replaced by a new one, to the same file or none.
TEST_F(DiskTest, AnotherFileIsNotTakenForTheOneThatFailed) {
  const std::string path = folder_.Path("vss.db");
  for (const bool writing : {true, false}) {
    std::filesystem::remove(path);
    Open();
    EXPECT_EQ(Put("a", std::string(100'000, 'v')), std::nullopt);
    Open();  // With nothing in memory.
    if (writing) {
      disk_.write_fails = true;
      EXPECT_EQ(Put("failed"), Kind::kUnavailable);
    } else {
      disk_.read_fails = true;
      EXPECT_FALSE(BlockingStore(*store_).Get(space_, {"a"}));
    }
    std::filesystem::copy_file(path, path + ".other");
    std::filesystem::rename(path + ".other", path);
    disk_.write_fails = disk_.read_fails = false;
    if (writing) {
      EXPECT_EQ(Put("b"), Kind::kUnavailable);
    } else {
      const auto read = BlockingStore(*store_).Get(space_, {"a"});
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().kind, Kind::kUnavailable);
    }
    store_.reset();
  }
}

TEST_F(DiskTest, AFailedReadIsNoAnswer) {
  EXPECT_EQ(Put("a", std::string(100'000, 'v')), std::nullopt);
  Open();  // With nothing in memory.
  disk_.read_fails = true;
  const auto failed = BlockingStore(*store_).Get(space_, {"a"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, Kind::kUnavailable);
  disk_.read_fails = false;
  EXPECT_TRUE(Has("a"));
}

}  // namespace
}  // namespace vss::testing
