// What a store tells about its own work, for metrics.
#ifndef VSS_STORE_OBSERVER_H_
#define VSS_STORE_OBSERVER_H_

#include <chrono>
#include <cstddef>
#include <string_view>

namespace vss::store {

// Threads: called from the lanes, concurrently; must not block.
class StoreObserver {
 public:
  virtual ~StoreObserver() = default;

  // A lane ("commit", "read") did `jobs` jobs in one go; `waiting` were queued behind them.
  virtual void OnBatch(std::string_view lane, std::size_t jobs, std::size_t waiting,
                       std::chrono::nanoseconds took) = 0;
  // Something was retried or repaired inside ("reconnect", "race", "in-doubt"...), or can't be
  // ("disk-failed").  docs/operating.md says which to watch.
  virtual void OnEvent(std::string_view event) = 0;
};

class NoObserver final : public StoreObserver {
 public:
  void OnBatch(std::string_view, std::size_t, std::size_t, std::chrono::nanoseconds) override {}
  void OnEvent(std::string_view) override {}
};

}  // namespace vss::store

#endif  // VSS_STORE_OBSERVER_H_
