#include "vss/retry.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace vss::client {
namespace {

// Saturates at about 12 days, beyond which nobody waits.
Duration Backoff(Duration base, int attempts) {
  constexpr Duration kLongest = std::chrono::hours(300);
  const std::int64_t factor = (std::int64_t{1} << std::min(attempts, 40)) - 1;
  if (base.count() > kLongest.count() / factor) return kLongest;
  return base * factor;
}

Duration Jitter(Duration end, Entropy& entropy) {
  if (end.count() <= 0) return Duration(0);
  std::uint64_t random = 0;
  std::array<std::uint8_t, sizeof random> bytes;
  entropy.Fill(bytes);
  std::memcpy(&random, bytes.data(), sizeof random);
  return Duration(static_cast<std::int64_t>(random % static_cast<std::uint64_t>(end.count())));
}

}  // namespace

RetryPolicy RetryPolicy::LdkNode() {
  return {.base = std::chrono::milliseconds(10),
          .attempts_max = 100,
          .waits_max = std::chrono::seconds(180),
          .jitter_max = std::chrono::milliseconds(100),
          .gap_max = std::chrono::seconds(180)};
}

std::optional<Duration> DelayAfter(const RetryPolicy& policy, int attempts, Duration waited,
                                   Entropy& entropy) {
  if (policy.attempts_max > 0 && attempts >= policy.attempts_max) return std::nullopt;
  const Duration delay = std::min(Backoff(policy.base, attempts), policy.gap_max);
  if (waited + delay > policy.waits_max) return std::nullopt;
  return delay + Jitter(policy.jitter_max, entropy);
}

}  // namespace vss::client
