// The stores without a server in front: commits and reads with so many callers at once.
//
// The time is what one takes when they are done next to each other; CPU is that of this process,
// which leaves out the database's.
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/postgres/server.h"
#include "tests/support/temp_folder.h"

namespace vss {
namespace {

constexpr std::size_t kTenants = 64;
constexpr std::size_t kKeys = 16;

// Lets so many calls be under way, and waits for the last.
class Callers final {
 public:
  explicit Callers(std::int64_t most) : most_(most) {}
  ~Callers() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return calling_ == 0; });
  }
  void Begin() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return calling_ < most_; });
    ++calling_;
  }
  void End() {
    const std::lock_guard lock(mutex_);
    --calling_;
    wake_.notify_one();
  }

 private:
  const std::int64_t most_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::int64_t calling_ = 0;
};

Space SpaceOf(std::size_t n) { return {"tenant-" + std::to_string(n % kTenants), "store"}; }
Key KeyOf(std::size_t n) { return std::string(56, 'k') + std::to_string(n / kTenants % kKeys); }

class StoreFixture : public benchmark::Fixture {
 protected:
  void Commits(benchmark::State& state) {
    const std::string value(static_cast<std::size_t>(state.range(1)), 'v');
    Callers callers(state.range(0));
    std::size_t n = 0;
    for (auto _ : state) {
      callers.Begin();
      Batch batch;
      batch.changes.push_back(Change::Write(KeyOf(n), Guard::Anything(), 1, value));
      store_->Commit(SpaceOf(n++), std::move(batch), Deadline::Never(),
                     [&callers](Result<CommitOutcome> outcome) {
                       CHECK(outcome && outcome->IsCommitted());
                       callers.End();
                     });
    }
    state.SetItemsProcessed(state.iterations());
  }

  void Gets(benchmark::State& state) {
    Callers callers(state.range(0));
    std::size_t n = 0;
    for (auto _ : state) {
      callers.Begin();
      store_->Get(SpaceOf(n), {KeyOf(n)}, Deadline::Never(),
                  [&callers](Result<std::vector<Record>> records) {
                    CHECK(records);
                    callers.End();
                  });
      ++n;
    }
    state.SetItemsProcessed(state.iterations());
  }

  const SystemClock clock_;
  NoLog log_;
  store::NoObserver observer_;
  std::unique_ptr<store::Store> store_;
};

class Sqlite : public StoreFixture {
 public:
  void SetUp(benchmark::State&) override {
    folder_ = std::make_unique<testing::TempFolder>();
    store_ = *store::MakeSqliteStore({.path = folder_->Path("vss.db")}, clock_, log_, observer_);
  }
  void TearDown(benchmark::State&) override {
    store_.reset();
    folder_.reset();
  }

 private:
  std::unique_ptr<testing::TempFolder> folder_;
};

class Postgres : public StoreFixture {
 public:
  void SetUp(benchmark::State&) override {
    server_ = testing::PostgresServer::Start(testing::PostgresServer::Durability::kOn);
    CHECK(server_ != nullptr);
    store_ = *store::MakePostgresStore(server_->Options(), clock_, log_, observer_);
  }
  void TearDown(benchmark::State&) override {
    store_.reset();
    server_.reset();
  }

 private:
  std::unique_ptr<testing::PostgresServer> server_;
};

BENCHMARK_DEFINE_F(Sqlite, Commit)(benchmark::State& state) { Commits(state); }
BENCHMARK_DEFINE_F(Sqlite, Get)(benchmark::State& state) { Gets(state); }
BENCHMARK_DEFINE_F(Postgres, Commit)(benchmark::State& state) { Commits(state); }
BENCHMARK_DEFINE_F(Postgres, Get)(benchmark::State& state) { Gets(state); }

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"callers", "bytes"})->UseRealTime()->MeasureProcessCPUTime();
  for (const int callers : {1, 64, 256}) benchmark->Args({callers, 256});
  benchmark->Args({32, 65536});
}
BENCHMARK_REGISTER_F(Sqlite, Commit)->Apply(Sizes);
BENCHMARK_REGISTER_F(Sqlite, Get)->Apply(Sizes);
BENCHMARK_REGISTER_F(Postgres, Commit)->Apply(Sizes);
BENCHMARK_REGISTER_F(Postgres, Get)->Apply(Sizes);

}  // namespace
}  // namespace vss
