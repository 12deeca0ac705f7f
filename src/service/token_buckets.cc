#include "service/token_buckets.h"

#include <algorithm>

namespace vss::service {

// The microsecond makes up for what rounding adds to each of the tokens of a burst.
TokenBuckets::TokenBuckets(Rate rate, std::size_t slots)
    : rate_(rate),
      ahead_max_(TimeToEarn(std::max(rate.burst - 1, 0.0)) + std::chrono::microseconds(1)) {
  if (!rate.IsLimited()) return;
  const std::size_t sets = std::max<std::size_t>(slots / (kShards * kSlotsPerSet), 1);
  for (Shard& shard : shards_) shard.With([sets](std::vector<Set>& all) { all.resize(sets); });
}

std::optional<TokenBuckets::Duration> TokenBuckets::Take(std::uint64_t owner, double cost,
                                                         SteadyTime now) {
  if (!rate_.IsLimited()) return std::nullopt;
  return WithSlot(owner, [&](Slot& slot) {
    const std::optional<Duration> wait = WaitOf(slot, now);
    if (!wait) Charge(slot, owner, cost, now);
    return wait;
  });
}

std::optional<TokenBuckets::Duration> TokenBuckets::WaitOf(std::uint64_t owner, SteadyTime now) {
  if (!rate_.IsLimited()) return std::nullopt;
  return WithSlot(owner, [&](const Slot& slot) { return WaitOf(slot, now); });
}

void TokenBuckets::Charge(std::uint64_t owner, double cost, SteadyTime now) {
  if (!rate_.IsLimited()) return;
  WithSlot(owner, [&](Slot& slot) { Charge(slot, owner, cost, now); });
}

void TokenBuckets::Return(std::uint64_t owner, double cost) {
  if (!rate_.IsLimited()) return;
  WithSlot(owner, [&](Slot& slot) {
    if (slot.owner == owner) slot.full_at -= TimeToEarn(cost);
  });
}

// The owner's slot, or the one it would take over: that with the least to earn, and so the one that
// says least about the past.
TokenBuckets::Slot& TokenBuckets::SlotFor(Set& set, std::uint64_t owner) {
  const auto own = std::ranges::find(set, owner, &Slot::owner);
  return own != set.end() ? *own : *std::ranges::min_element(set, {}, &Slot::full_at);
}

std::optional<TokenBuckets::Duration> TokenBuckets::WaitOf(const Slot& slot, SteadyTime now) const {
  const SteadyTime pays_at = slot.full_at - ahead_max_;
  if (pays_at <= now) return std::nullopt;
  return pays_at - now;
}

void TokenBuckets::Charge(Slot& slot, std::uint64_t owner, double cost, SteadyTime now) const {
  slot.owner = owner;
  slot.full_at = std::max(slot.full_at, now) + TimeToEarn(cost);
}

TokenBuckets::Duration TokenBuckets::TimeToEarn(double tokens) const {
  if (!rate_.IsLimited()) return {};
  constexpr double kYear = 365.0 * 24 * 60 * 60;  // More would not fit when it adds up.
  const std::chrono::duration<double> seconds(std::min(tokens / rate_.per_second, kYear));
  return std::chrono::ceil<Duration>(seconds);
}

}  // namespace vss::service
