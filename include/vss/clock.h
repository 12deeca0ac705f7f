// The time, passed in by whoever builds an object so that tests can own it.
#ifndef VSS_CLOCK_H_
#define VSS_CLOCK_H_

#include <chrono>

namespace vss {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;  // UTC; may jump.
using SteadyTime = std::chrono::steady_clock::time_point;           // Never goes back.

// Threads: every method, any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime Wall() const = 0;
  virtual SteadyTime Steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  WallTime Wall() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
  SteadyTime Steady() const override { return std::chrono::steady_clock::now(); }
};

// The moment after which nobody waits for an answer any more.
struct Deadline {
  SteadyTime at;
  static Deadline Never() { return {SteadyTime::max()}; }
  bool HasPassed(SteadyTime now) const { return now >= at; }
};

}  // namespace vss

#endif  // VSS_CLOCK_H_
