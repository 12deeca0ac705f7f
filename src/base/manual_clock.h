// A clock that stands still until somebody moves it.  For tests and simulations.
#ifndef VSS_BASE_MANUAL_CLOCK_H_
#define VSS_BASE_MANUAL_CLOCK_H_

#include <chrono>
#include <mutex>

#include "base/clock.h"

namespace vss {

// Threads: every method, any thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime wall = WallTime(std::chrono::seconds(1'700'000'000)))
      : wall_(wall) {}

  WallTime Wall() const override {
    const std::lock_guard lock(mutex_);
    return wall_;
  }
  SteadyTime Steady() const override {
    const std::lock_guard lock(mutex_);
    return steady_;
  }

  // Time passes.
  void Advance(std::chrono::microseconds by) {
    const std::lock_guard lock(mutex_);
    wall_ += by;
    steady_ += by;
  }
  // Somebody sets the wall clock.
  void SetWall(WallTime wall) {
    const std::lock_guard lock(mutex_);
    wall_ = wall;
  }

 private:
  mutable std::mutex mutex_;
  WallTime wall_;
  SteadyTime steady_ = SteadyTime(std::chrono::hours(1));
};

}  // namespace vss

#endif  // VSS_BASE_MANUAL_CLOCK_H_
