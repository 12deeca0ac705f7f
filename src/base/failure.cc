#include "base/failure.h"

namespace vss {
namespace {

Unexpected<Failure> Fail(Kind kind, std::string message, std::string detail = {}) {
  return Unexpected(Failure{kind, std::move(message), std::move(detail)});
}

}  // namespace

std::string_view NameOf(Kind kind) {
  switch (kind) {
    case Kind::kInvalid:
      return "invalid";
    case Kind::kDenied:
      return "denied";
    case Kind::kThrottled:
      return "throttled";
    case Kind::kOverloaded:
      return "overloaded";
    case Kind::kUnavailable:
      return "unavailable";
    case Kind::kInDoubt:
      return "in doubt";
    case Kind::kCorrupt:
      return "corrupt";
  }
  return "unknown";
}

Unexpected<Failure> Invalid(std::string message) {
  return Fail(Kind::kInvalid, std::move(message));
}

Unexpected<Failure> Denied(std::string message) { return Fail(Kind::kDenied, std::move(message)); }

Unexpected<Failure> Throttled(std::string message, std::chrono::seconds retry_after) {
  return Unexpected(Failure{Kind::kThrottled, std::move(message), {}, retry_after});
}

Unexpected<Failure> Overloaded(std::string message, std::chrono::seconds retry_after) {
  return Unexpected(Failure{Kind::kOverloaded, std::move(message), {}, retry_after});
}

Unexpected<Failure> Unavailable(std::string message, std::string detail) {
  return Fail(Kind::kUnavailable, std::move(message), std::move(detail));
}

Unexpected<Failure> InDoubt(std::string message, std::string detail) {
  return Fail(Kind::kInDoubt, std::move(message), std::move(detail));
}

Unexpected<Failure> Corrupt(std::string message, std::string detail) {
  return Fail(Kind::kCorrupt, std::move(message), std::move(detail));
}

}  // namespace vss
