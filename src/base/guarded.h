// Guarded<T>: a T that cannot be touched without its lock.
//
//   Guarded<std::vector<int>> numbers;
//   numbers.With([](std::vector<int>& n) { n.push_back(1); });
//
// Do not call out of the function while it runs: nothing else may take a lock under this one.
#ifndef VSS_BASE_GUARDED_H_
#define VSS_BASE_GUARDED_H_

#include <mutex>
#include <utility>

namespace vss {

template <typename T>
class Guarded {
 public:
  template <typename... Args>
  explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  template <typename F>
  decltype(auto) With(F&& f) {
    const std::lock_guard lock(mutex_);
    return std::forward<F>(f)(value_);
  }
  template <typename F>
  decltype(auto) With(F&& f) const {
    const std::lock_guard lock(mutex_);
    return std::forward<F>(f)(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_;
};

}  // namespace vss

#endif  // VSS_BASE_GUARDED_H_
