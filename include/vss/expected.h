// Expected<T, E>: a T, or the E that says why there is none.
//
// The part of C++23's std::expected that this project uses, with its member names, for compilers
// that lack it.  There is no default success: a function says which of the two it returns.
// Reading the side that is not there is a bug and stops the program.
#ifndef VSS_EXPECTED_H_
#define VSS_EXPECTED_H_

#include <type_traits>
#include <utility>
#include <variant>

#include "vss/check.h"

namespace vss {

template <typename E>
class Unexpected {
 public:
  explicit Unexpected(E error) : error_(std::move(error)) {}
  const E& error() const& { return error_; }
  E&& error() && { return std::move(error_); }

 private:
  E error_;
};

template <typename T, typename E>
class [[nodiscard]] Expected {
 public:
  using value_type = T;
  using error_type = E;

  // Implicit, so that a function can `return value;` or `return Unexpected(error);`.
  // NOLINTBEGIN(google-explicit-constructor,bugprone-forwarding-reference-overload)
  template <typename U = T>
  requires(std::is_constructible_v<T, U> && !std::is_same_v<std::remove_cvref_t<U>, Expected> &&
           !std::is_same_v<std::remove_cvref_t<U>, Unexpected<E>>) Expected(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  Expected(Unexpected<E> unexpected)
      : state_(std::in_place_index<1>, std::move(unexpected).error()) {}
  // NOLINTEND(google-explicit-constructor,bugprone-forwarding-reference-overload)

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  const T& value() const& { return CheckedValue(*this); }
  T& value() & { return CheckedValue(*this); }
  T&& value() && { return std::move(CheckedValue(*this)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const E& error() const& { return CheckedError(*this); }
  E&& error() && { return std::move(CheckedError(*this)); }

 private:
  template <typename Self>
  static auto& CheckedValue(Self& self) {
    if (!self.has_value()) CheckFailed("has_value()", __FILE__, __LINE__);
    return *std::get_if<0>(&self.state_);
  }
  template <typename Self>
  static auto& CheckedError(Self& self) {
    if (self.has_value()) CheckFailed("!has_value()", __FILE__, __LINE__);
    return *std::get_if<1>(&self.state_);
  }

  std::variant<T, E> state_;
};

}  // namespace vss

#endif  // VSS_EXPECTED_H_
