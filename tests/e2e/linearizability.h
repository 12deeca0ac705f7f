// Whether a history of concurrent requests can be explained: is there an order of them, each at one
// moment between its call and its answer, in which the model gives every answer that was given?
//
// The search is Wing and Gong's, with Lowe's memory of what was tried: take any request that may
// come first, let the model do it, go on with the rest; never go on twice from the same rest and
// the same contents.
#ifndef VSS_TESTS_E2E_LINEARIZABILITY_H_
#define VSS_TESTS_E2E_LINEARIZABILITY_H_

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tests/e2e/model.h"

namespace vss::testing {

// A read saw this record, or none.
struct SawCell {
  std::string key;
  std::optional<Cell> cell;
};
// A list on one page saw exactly these keys at these versions.
struct SawVersions {
  std::map<std::string, std::int64_t> versions;
};

struct Request {
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  enum class End {
    kDone,        // 200; a read saw what it says.
    kConflicted,  // 409
    kUnknown,     // Lost on the way: it happened before `returned`, or not at all.
  };

  std::int64_t called = 0;  // On a clock that all clients share.
  std::int64_t returned = kNever;
  std::variant<Write, SawCell, SawVersions> what;
  End end = End::kDone;
};

struct Verdict {
  enum class Kind { kLinearizable, kViolation, kGaveUp };
  Kind kind = Kind::kLinearizable;
  std::string explanation =
      {};  // Of a violation: how far it could be explained, and what was next.
};

// Begins with an empty store.
Verdict CheckLinearizable(std::vector<Request> history, std::uint64_t effort_max = 3'000'000);

// The same for requests on one key each: keys are independent, and so much cheaper to look at one
// by one.
Verdict CheckEachKey(const std::vector<Request>& history);

}  // namespace vss::testing

#endif  // VSS_TESTS_E2E_LINEARIZABILITY_H_
