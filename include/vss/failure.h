// Failure: why there is no answer, named after what the caller should do next.
//
// An answer nobody likes (a conflict, no such key) is not a failure: it is part of the value.
#ifndef VSS_FAILURE_H_
#define VSS_FAILURE_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "vss/expected.h"

namespace vss {

enum class Kind {
  kInvalid,      // The request is wrong.  Fix it.
  kDenied,       // The caller may not do this.  Bring other credentials.
  kThrottled,    // Nothing happened.  This caller asks for too much: wait; others are served.
  kOverloaded,   // Nothing happened.  The server is busy: wait, or try another one.
  kUnavailable,  // Nothing happened.  Try again, here or elsewhere.
  kInDoubt,      // It may or may not have happened.  Read before writing again.
  kCorrupt,      // Stored bytes fail their check.  Stop and tell the operator.
};

std::string_view NameOf(Kind kind);  // "invalid", "denied", ...

struct Failure {
  Kind kind;
  std::string message;      // For whoever called.  Never holds a secret or a stored byte.
  std::string detail = {};  // For our own log only: what the database or the system said.
  std::optional<std::chrono::seconds> retry_after = std::nullopt;  // When waiting helps.
};

template <typename T>
using Result = Expected<T, Failure>;

// What a function returns that has nothing to say but that it worked.
struct Done {};

Unexpected<Failure> Invalid(std::string message);
Unexpected<Failure> Denied(std::string message);
Unexpected<Failure> Throttled(std::string message, std::chrono::seconds retry_after);
Unexpected<Failure> Overloaded(std::string message,
                               std::chrono::seconds retry_after = std::chrono::seconds(1));
Unexpected<Failure> Unavailable(std::string message, std::string detail = {});
Unexpected<Failure> InDoubt(std::string message, std::string detail = {});
Unexpected<Failure> Corrupt(std::string message, std::string detail = {});

}  // namespace vss

#define VSS_CONCAT_INNER(a, b) a##b
#define VSS_CONCAT(a, b) VSS_CONCAT_INNER(a, b)

// VSS_TRY(auto x, F()); declares x with F's value, or returns F's failure from this function.
#define VSS_TRY(declaration, expression) \
  VSS_TRY_IMPL(VSS_CONCAT(vss_try_, __LINE__), declaration, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.
#define VSS_TRY_IMPL(temporary, declaration, expression)                  \
  auto temporary = (expression);                                          \
  if (!temporary) return ::vss::Unexpected(std::move(temporary).error()); \
  declaration = std::move(temporary).value()
// NOLINTEND(bugprone-macro-parentheses)

// VSS_RETURN_IF_FAILED(F()); goes on only if F worked, for calls whose value is of no interest.
#define VSS_RETURN_IF_FAILED(expression)                       \
  do {                                                         \
    if (auto vss_result = (expression); !vss_result)           \
      return ::vss::Unexpected(std::move(vss_result).error()); \
  } while (false)

#endif  // VSS_FAILURE_H_
