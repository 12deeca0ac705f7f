// When a failed attempt is made again.
#ifndef VSS_RETRY_H_
#define VSS_RETRY_H_

#include <chrono>
#include <optional>

#include "vss/entropy.h"
#include "vss/http.h"

namespace vss::client {

// The wait before the n-th repetition is base * (2^n - 1), but at most `gap_max`.
struct RetryPolicy {
  Duration base = std::chrono::milliseconds(50);
  int attempts_max = 12;                                // 0: no limit but the others.
  Duration waits_max = std::chrono::seconds(60);        // All waits of one call together.
  Duration jitter_max = std::chrono::milliseconds(50);  // Added evenly from [0, jitter_max).
  Duration gap_max = std::chrono::seconds(10);
  // How much of what a server asks for with Retry-After is waited for.
  Duration retry_after_max = std::chrono::seconds(60);

  static RetryPolicy Never() { return {.attempts_max = 1}; }
  // What LDK Node 0.7 does.  Failed calls take up to three minutes of waits, the longest of 82 s.
  static RetryPolicy LdkNode();
};

// How long to wait after `attempts` (1 or more) of which the last has failed, having waited
// `waited` so far.  Nullopt: no more.
std::optional<Duration> DelayAfter(const RetryPolicy& policy, int attempts, Duration waited,
                                   Entropy& entropy);

}  // namespace vss::client

#endif  // VSS_RETRY_H_
