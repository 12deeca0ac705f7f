// SQLite itself under group commit, with nothing around it that a server needs: what the SQLite
// store can be at most.  One table, one statement for each value, the same log and flushes.
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/lane.h"
#include "tests/support/temp_folder.h"

namespace vss {
namespace {

struct Write {
  std::string key;
  std::string value;
};

class RawSqlite : public benchmark::Fixture {
 public:
  void SetUp(benchmark::State&) override {
    folder_ = std::make_unique<testing::TempFolder>();
    CHECK(sqlite3_open(folder_->Path("raw.db").c_str(), &database_) == SQLITE_OK);
    Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768");
    Execute(
        "CREATE TABLE record (key TEXT PRIMARY KEY, version INTEGER, value BLOB) WITHOUT ROWID");
    CHECK(sqlite3_prepare_v2(database_,
                             "INSERT INTO record VALUES (?1, 1, ?2) "
                             "ON CONFLICT DO UPDATE SET version = version + 1, value = ?2",
                             -1, &put_, nullptr) == SQLITE_OK);
  }
  void TearDown(benchmark::State&) override {
    sqlite3_finalize(put_);
    sqlite3_close(database_);
    folder_.reset();
  }

 protected:
  void Execute(const char* sql) {
    CHECK(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  void CommitAll(const std::vector<Write>& writes) {
    Execute("BEGIN IMMEDIATE");
    for (const auto& [key, value] : writes) {
      sqlite3_bind_text(put_, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
      sqlite3_bind_blob(put_, 2, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
      CHECK(sqlite3_step(put_) == SQLITE_DONE && sqlite3_reset(put_) == SQLITE_OK);
    }
    Execute("COMMIT");
  }

 private:
  std::unique_ptr<testing::TempFolder> folder_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* put_ = nullptr;
};

BENCHMARK_DEFINE_F(RawSqlite, Commit)(benchmark::State& state) {
  const std::string value(256, 'v');
  std::mutex mutex;
  std::condition_variable wake;
  std::int64_t calling = 0;
  Lane<Write> lane({}, [&](std::vector<Write> writes) {
    CommitAll(writes);
    const std::lock_guard lock(mutex);
    calling -= static_cast<std::int64_t>(writes.size());
    wake.notify_one();
  });
  std::size_t n = 0;
  for (auto _ : state) {
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return calling < state.range(0); });
      ++calling;
    }
    ++n;
    CHECK(!lane.Offer(
        {std::to_string(n % 64) + std::string(56, 'k') + std::to_string(n / 64 % 16), value},
        value.size()));
  }
  lane.Finish();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_REGISTER_F(RawSqlite, Commit)
    ->ArgName("callers")
    ->Arg(64)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace vss
