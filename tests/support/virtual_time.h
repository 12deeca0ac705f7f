// Time that passes only when there is nothing left to do: for simulations, and for tests of waits.
#ifndef VSS_TESTS_SUPPORT_VIRTUAL_TIME_H_
#define VSS_TESTS_SUPPORT_VIRTUAL_TIME_H_

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "base/manual_clock.h"

namespace vss::testing {

// Threads: one.
class VirtualTime final {
 public:
  using Duration = std::chrono::microseconds;

  const ManualClock& clock() const { return clock_; }
  ManualClock& clock() { return clock_; }

  // Those of one moment run in the order in which they were scheduled.
  template <typename F>
  void After(Duration delay, F task) {
    auto shared = std::make_shared<F>(std::move(task));
    tasks_.emplace(clock_.Steady() + delay, [shared] { (*shared)(); });
  }

  // Until nothing is scheduled any more, or the steady clock shows `end`.
  void Run(SteadyTime end = SteadyTime::max()) {
    while (!tasks_.empty() && tasks_.begin()->first <= end) {
      const auto first = tasks_.begin();
      const std::function<void()> task = std::move(first->second);
      clock_.Advance(std::chrono::duration_cast<Duration>(first->first - clock_.Steady()));
      tasks_.erase(first);
      task();
    }
  }

 private:
  ManualClock clock_;
  std::multimap<SteadyTime, std::function<void()>> tasks_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_SUPPORT_VIRTUAL_TIME_H_
