// Then<T>: what to do with an answer that comes later, possibly on another thread.
//
// It is called exactly once, with a Result<T>.  Both halves are checked: a second call, and the
// destruction of a Then that was never called, stop the program, because somewhere a client would
// wait for ever.  Move-only, so it can own what the continuation needs.
#ifndef VSS_BASE_THEN_H_
#define VSS_BASE_THEN_H_

#include <memory>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/failure.h"

namespace vss {

template <typename T>
class Then {
 public:
  template <typename F>
  requires(std::is_invocable_v<F&, Result<T>> && !std::is_same_v<std::remove_cvref_t<F>, Then>)
      Then(F f)  // NOLINT(google-explicit-constructor): a lambda is what callers pass.
      : body_(std::make_unique<BodyOf<F>>(std::move(f))) {}

  Then(Then&&) noexcept = default;
  Then& operator=(Then&& other) noexcept {
    CHECK(body_ == nullptr);
    body_ = std::move(other.body_);
    return *this;
  }
  ~Then() { CHECK(body_ == nullptr); }

  void operator()(Result<T> result) {
    CHECK(body_ != nullptr);
    const auto body = std::move(body_);
    body->Run(std::move(result));
  }

 private:
  struct Body {
    virtual ~Body() = default;
    virtual void Run(Result<T> result) = 0;
  };
  template <typename F>
  struct BodyOf final : Body {
    explicit BodyOf(F f) : f_(std::move(f)) {}
    void Run(Result<T> result) override { f_(std::move(result)); }
    F f_;
  };

  std::unique_ptr<Body> body_;
};

}  // namespace vss

#endif  // VSS_BASE_THEN_H_
