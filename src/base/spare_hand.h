// What the calling thread may do itself, once it is through with what it is at.
//
// To pass work on to a thread that sleeps costs both of them some 15 us where processors sleep as
// deeply as virtual ones do.  A thread that another stands in for may as well do it itself, however
// long that takes.
//
// Threads: each knows of itself.
#ifndef VSS_BASE_SPARE_HAND_H_
#define VSS_BASE_SPARE_HAND_H_

#include <functional>
#include <utility>

namespace vss {

class SpareHand final {
 public:
  // While this lives, the calling thread will do what is put into the empty `work`.  nullptr: it
  // does nothing for others.
  explicit SpareHand(std::function<void()>* work) { work_ = work; }
  ~SpareHand() { work_ = nullptr; }
  SpareHand(const SpareHand&) = delete;
  SpareHand& operator=(const SpareHand&) = delete;

  // Whether it takes `f`.  One at a time.
  template <typename F>
  static bool Takes(F f) {
    if (work_ == nullptr || *work_) return false;
    *work_ = std::move(f);
    return true;
  }

 private:
  static inline thread_local std::function<void()>* work_ = nullptr;
};

}  // namespace vss

#endif  // VSS_BASE_SPARE_HAND_H_
