// Then<T, E>: what to do with an answer that comes later, possibly on another thread.
//
// It is called exactly once, with an Expected<T, E>: a Result<T> by default.  Both halves are
// checked: a second call, and the destruction of a Then that was never called, stop the program,
// because somewhere a client would wait for ever.  Move-only, so it can own what the continuation
// needs.
#ifndef VSS_THEN_H_
#define VSS_THEN_H_

#include <memory>
#include <type_traits>
#include <utility>

#include "vss/expected.h"
#include "vss/failure.h"

namespace vss {

template <typename T, typename E = Failure>
class Then {
 public:
  using Answer = Expected<T, E>;

  template <typename F>
  requires(std::is_invocable_v<F&, Answer> && !std::is_same_v<std::remove_cvref_t<F>, Then>)
      Then(F f)  // NOLINT(google-explicit-constructor): a lambda is what callers pass.
      : body_(std::make_unique<BodyOf<F>>(std::move(f))) {}

  Then(Then&&) noexcept = default;
  Then& operator=(Then&& other) noexcept {
    MustHold(body_ == nullptr);
    body_ = std::move(other.body_);
    return *this;
  }
  ~Then() { MustHold(body_ == nullptr); }

  void operator()(Answer answer) {
    MustHold(body_ != nullptr);
    const auto body = std::move(body_);
    body->Run(std::move(answer));
  }

 private:
  static void MustHold(bool condition) {
    if (!condition) CheckFailed("a Then is called exactly once", __FILE__, __LINE__);
  }

  struct Body {
    virtual ~Body() = default;
    virtual void Run(Answer answer) = 0;
  };
  template <typename F>
  struct BodyOf final : Body {
    explicit BodyOf(F f) : f_(std::move(f)) {}
    void Run(Answer answer) override { f_(std::move(answer)); }
    F f_;
  };

  std::unique_ptr<Body> body_;
};

}  // namespace vss

#endif  // VSS_THEN_H_
