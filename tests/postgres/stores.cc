// The contract, checked on PostgreSQL in every way of working that it has.
#include "tests/contract/stores.h"

#include <cstdio>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/observer.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/usage.h"
#include "tests/postgres/server.h"

namespace vss::testing {
namespace {

// The tables of one database, emptied for each test: making a database takes longer than most
// tests.
class PostgresHome final : public StoreHome {
 public:
  explicit PostgresHome(bool prepared) {
    options_.prepared_statements = prepared;
    PostgresServer::Shared()->Query(options_.vss_database,
                                    "TRUNCATE vss_db, vss_usage RESTART IDENTITY");
  }

  std::unique_ptr<store::Store> Open() override { return OpenCounting(true); }

  std::unique_ptr<store::Store> OpenCounting(bool track_usage) {
    store::PostgresOptions options = options_;
    options.track_usage = track_usage;
    auto opened = store::MakePostgresStore(options, clock_, log_, observer_);
    if (!opened) {
      std::fprintf(stderr, "%s: %s\n", opened.error().message.c_str(),
                   opened.error().detail.c_str());
    }
    return std::move(opened).value();
  }

  void Recount() { CHECK(store::RecountUsage(options_, clock_)); }

 private:
  static const store::PostgresOptions& Database() {
    static const store::PostgresOptions options = PostgresServer::Shared()->Options();
    return options;
  }

  store::PostgresOptions options_ = Database();
  SystemClock clock_;
  NoLog log_;
  store::NoObserver observer_;
};

// Two servers on one database, one of which counts what tenants use: it gets the batches under an
// allowance, and the other all the rest.
class TwoStores final : public store::Store {
 public:
  explicit TwoStores(PostgresHome& home)
      : home_(home), counting_(home.OpenCounting(true)), plain_(home.OpenCounting(false)) {}

  ~TwoStores() override {
    const std::lock_guard lock(closing_);
    is_closing_ = true;
  }

  void Commit(Space space, Batch batch, Deadline deadline, Then<CommitOutcome> then) override {
    const std::shared_lock lock(closing_);
    if (is_closing_) return then(Overloaded("one of two is gone"));
    const bool is_limited = !batch.allowance.IsUnlimited();
    if (is_limited) home_.Recount();
    (is_limited ? counting_ : plain_)
        ->Commit(std::move(space), std::move(batch), deadline, std::move(then));
  }
  void Get(Space space, std::vector<Key> keys, Deadline deadline,
           Then<std::vector<Record>> then) override {
    counting_->Get(std::move(space), std::move(keys), deadline, std::move(then));
  }
  void List(Space space, ListQuery query, Deadline deadline, Then<Page> then) override {
    counting_->List(std::move(space), std::move(query), deadline, std::move(then));
  }
  void Scan(Space space, ScanQuery query, Deadline deadline, Then<ScanResult> then) override {
    counting_->Scan(std::move(space), std::move(query), deadline, std::move(then));
  }

 private:
  PostgresHome& home_;
  std::shared_mutex closing_;
  bool is_closing_ = false;
  std::unique_ptr<store::Store> counting_;
  std::unique_ptr<store::Store> plain_;
};

class TwoStoresHome final : public StoreHome {
 public:
  std::unique_ptr<store::Store> Open() override { return std::make_unique<TwoStores>(home_); }

 private:
  PostgresHome home_{true};
};

}  // namespace

std::vector<StoreKind> EveryStore() {
  if (PostgresServer::Shared() == nullptr) return {};
  return {{"postgres", true, [] { return std::make_unique<PostgresHome>(true); }},
          {"postgres_unprepared", true, [] { return std::make_unique<PostgresHome>(false); }},
          {"postgres_twice", true, [] { return std::make_unique<TwoStoresHome>(); }}};
}

std::vector<StoreKind> EveryDurableStore() { return EveryStore(); }

}  // namespace vss::testing
