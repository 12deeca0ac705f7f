// Since when a transfer has been watched, and where it was then.
#ifndef VSS_SERVER_HTTP_PROGRESS_MARK_H_
#define VSS_SERVER_HTTP_PROGRESS_MARK_H_

#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "server/http/http_options.h"

namespace vss::server {

struct ProgressMark {
  SteadyTime at = {};
  std::uint64_t bytes = 0;

  // Whether too little has moved in the rule's time.  Moves on to `now` if it has passed with
  // enough.
  bool HasStalled(const ProgressRule& rule, SteadyTime now, std::uint64_t bytes_now) {
    if (now - at < rule.time) return false;
    const auto due = rule.bytes_per_second * static_cast<std::uint64_t>(rule.time.count()) / 1000;
    // Not a difference: what is queued may have grown more than what we have written of it.
    if (bytes_now < bytes + std::max<std::uint64_t>(due, 1)) return true;
    *this = {now, bytes_now};
    return false;
  }
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_PROGRESS_MARK_H_
