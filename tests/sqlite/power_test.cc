// Power fails at any moment, on a disk that keeps any part of what was not flushed, and whose
// flushes fail now and then.  What was answered is true afterwards:
//
//   committed      it is there
//   unavailable    it is not there, and never will be
//   in doubt       either, but whole
//
// VSS_CRASH_CYCLES in the environment asks for a longer run.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/observer.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/sqlite/faulty_disk.h"
#include "tests/support/blocking_store.h"
#include "tests/support/seed.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {
namespace {

constexpr int kWriters = 8;

// Writes one version after the other to its own space, as long as the store does not fail for good.
class Writer {
 public:
  explicit Writer(int number)
      : space_{"tenant" + std::to_string(number % 3), std::to_string(number)} {}

  // Asks `may_go_on` before each batch.  Both functions must last until `when_done` is called.
  void Begin(store::Store& store, const std::function<bool()>& may_go_on,
             const std::function<void()>& when_done) {
    if (!may_go_on()) return when_done();
    const Version next = committed_ + 1;
    Batch batch;
    for (const char* key : {"a", "b"}) {
      const auto bytes = static_cast<std::size_t>(next * 1031 % 9000);  // One page, or a few.
      batch.changes.push_back(Change::Write(key, Guard::Anything(), next, std::string(bytes, 'v')));
    }
    store.Commit(space_, std::move(batch), Deadline::Never(),
                 [&, next](const Result<CommitOutcome>& outcome) {
                   doubtful_ = !outcome && outcome.error().kind == Kind::kInDoubt;
                   if (outcome) committed_ = next;
                   // Whoever is in doubt must read before going on: this one stops.
                   if (doubtful_) return when_done();
                   Begin(store, may_go_on, when_done);
                 });
  }

  void Check(store::Store& store) {
    const auto found = BlockingStore(store).Scan(space_, {"", 1'000'000});
    ASSERT_TRUE(found) << found.error().message << found.error().detail;
    const Version a = found->records.empty() ? 0 : found->records.front().version;
    const Version b = found->records.empty() ? 0 : found->records.back().version;
    EXPECT_EQ(a, b) << "a torn batch";
    if (doubtful_) {
      EXPECT_TRUE(a == committed_ || a == committed_ + 1) << a << " for " << committed_;
    } else {
      EXPECT_EQ(a, committed_);
    }
    committed_ = a;
    doubtful_ = false;
  }

  Version Committed() const { return committed_; }

 private:
  const Space space_;
  Version committed_ = 0;
  bool doubtful_ = false;
};

class PowerTest : public ::testing::Test {
 protected:
  void Open() {
    auto made = store::MakeSqliteStore({.path = folder_.Path("vss.db"),
                                        .check = store::SqliteOptions::Check::kAlways,
                                        .checkpoint_pages = 60,
                                        .vfs = disk_.Name()},
                                       clock_, log_, observer_);
    ASSERT_TRUE(made) << made.error().message << made.error().detail;
    store_ = *std::move(made);
  }

  // Lets everyone write until the power fails, after some `writes`.  Sometimes no flush succeeds
  // for a while before that.  Somebody reads an old state for a while, and then the file is not
  // flushed.
  void WriteUntilPowerFails(int writes) {
    std::atomic<int> left = writes;
    std::optional<store::sqlite::Database> reader;
    const int reader_comes_at =
        1 + static_cast<int>(Below(random_, static_cast<std::uint64_t>(writes)));
    const int reader_leaves_at = reader_comes_at - static_cast<int>(Below(random_, 60));
    std::mutex mutex;  // The first writes are asked for from here, the others from the lane.
    const int flushes_fail_at =
        static_cast<int>(Below(random_, 3 * static_cast<std::uint64_t>(writes)));
    const std::function<bool()> may_go_on = [&] {
      const int now = left--;
      if (now == flushes_fail_at) disk_.log_flushes_to_fail = FaultyDisk::kAll;
      const std::lock_guard lock(mutex);
      if (now == reader_comes_at) reader = StartReading();
      if (now == reader_leaves_at) {
        reader.reset();
        disk_.file_flushes_to_fail = 1;
      }
      return now > 0;
    };
    std::atomic<int> running = kWriters;
    std::promise<void> all_done;
    const std::function<void()> when_done = [&] {
      if (left <= 0) disk_.CutPower();
      if (--running == 0) all_done.set_value();
    };
    for (Writer& writer : writers_) writer.Begin(*store_, may_go_on, when_done);
    all_done.get_future().wait();
    disk_.CutPower();
  }

  store::sqlite::Database StartReading() {
    auto reader = store::sqlite::Database::Open(folder_.Path("vss.db"), disk_.Name());
    CHECK(reader && reader->Execute("BEGIN; SELECT count(*) FROM record"));
    return *std::move(reader);
  }

  Random random_ = MakeRandom();
  FaultyDisk disk_{random_()};
  TempFolder folder_;
  SystemClock clock_;
  NoLog log_;
  store::NoObserver observer_;
  std::unique_ptr<store::Store> store_;
  std::vector<Writer> writers_;
};

TEST_F(PowerTest, WhatWasAnsweredIsTrueAfterwards) {
  const char* const given = std::getenv("VSS_CRASH_CYCLES");
  const int cycles = given != nullptr ? std::atoi(given) : 40;
  for (int i = 0; i < kWriters; ++i) writers_.emplace_back(i);
  for (int cycle = 0; cycle < cycles && !HasFailure(); ++cycle) {
    ASSERT_NO_FATAL_FAILURE(Open());
    for (Writer& writer : writers_) writer.Check(*store_);
    if (Below(random_, 2) == 0) disk_.log_flushes_to_fail = static_cast<int>(Below(random_, 4));
    if (Below(random_, 2) == 0) disk_.file_flushes_to_fail = static_cast<int>(Below(random_, 3));
    WriteUntilPowerFails(static_cast<int>(20 + Below(random_, 200)));
    store_.reset();
    disk_.log_flushes_to_fail = 0;
    disk_.file_flushes_to_fail = 0;
    disk_.RestorePower();
  }
  Version all = 0;
  for (const Writer& writer : writers_) all += writer.Committed();
  EXPECT_GT(all, 0);
  std::cout << cycles << " power failures, " << all << " batches" << std::endl;
}

}  // namespace
}  // namespace vss::testing
