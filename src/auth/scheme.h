// A Scheme says what a proof of identity looks like and when it counts.
#ifndef VSS_AUTH_SCHEME_H_
#define VSS_AUTH_SCHEME_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/failure.h"

namespace vss::auth {

using UnixSeconds = std::uint64_t;

// What a header was found to prove.  Nothing but time can end it.
struct Proof {
  std::string tenant;
  UnixSeconds from = 0;   // The first and
  UnixSeconds until = 0;  // the last second in which it counts.

  bool CountsAt(UnixSeconds now) const { return from <= now && now <= until; }
};

// A function of its arguments: it reads no clock, and remembers nothing.
//
// Threads:  any.
class Scheme {
 public:
  virtual ~Scheme() = default;

  // What `header`, the value of an Authorization header, proves at `now`.  The proof counts then.
  // kDenied, with the first thing that is wrong, if there is any.
  virtual Result<Proof> Verify(std::string_view header, UnixSeconds now) const = 0;
};

}  // namespace vss::auth

#endif  // VSS_AUTH_SCHEME_H_
