// Whether the calling thread has this one answer to give, and then nothing to do.
//
// Answers are passed on to the thread that sends them.  To wake that up costs more than to send
// one, where processors sleep as deeply as virtual ones do: a thread with nothing else to do may as
// well send it itself.
//
// Threads: each knows of itself.
#ifndef VSS_BASE_SOLE_ANSWER_H_
#define VSS_BASE_SOLE_ANSWER_H_

#include <utility>

namespace vss {

class SoleAnswer final {
 public:
  explicit SoleAnswer(bool is_sole) : before_(std::exchange(is_here_, is_sole)) {}
  ~SoleAnswer() { is_here_ = before_; }
  SoleAnswer(const SoleAnswer&) = delete;
  SoleAnswer& operator=(const SoleAnswer&) = delete;

  static bool IsHere() { return is_here_; }

 private:
  static inline thread_local bool is_here_ = false;
  const bool before_;
};

}  // namespace vss

#endif  // VSS_BASE_SOLE_ANSWER_H_
