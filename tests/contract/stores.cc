#include "tests/contract/stores.h"

#include <cstdio>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/memory/memory_store.h"
#include "store/observer.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {
namespace {

class MemoryHome final : public StoreHome {
 public:
  std::unique_ptr<store::Store> Open() override {
    return std::make_unique<store::MemoryStore>(clock_);
  }

 private:
  SystemClock clock_;
};

class SqliteHome final : public StoreHome {
 public:
  std::unique_ptr<store::Store> Open() override {
    store::SqliteOptions options;
    options.path = folder_.Path("vss.db");
    auto opened = store::MakeSqliteStore(options, clock_, log_, observer_);
    if (!opened) {
      std::fprintf(stderr, "%s: %s\n", opened.error().message.c_str(),
                   opened.error().detail.c_str());
    }
    return std::move(opened).value();
  }

 private:
  TempFolder folder_;
  SystemClock clock_;
  NoLog log_;
  store::NoObserver observer_;
};

template <typename Home>
StoreKind Kind(const std::string& name, bool is_durable) {
  return {name, is_durable, [] { return std::make_unique<Home>(); }};
}

}  // namespace

std::vector<StoreKind> EveryStore() {
  return {Kind<MemoryHome>("memory", false), Kind<SqliteHome>("sqlite", true)};
}

std::vector<StoreKind> EveryDurableStore() {
  std::vector<StoreKind> kinds = EveryStore();
  std::erase_if(kinds, [](const StoreKind& kind) { return !kind.is_durable; });
  return kinds;
}

}  // namespace vss::testing
