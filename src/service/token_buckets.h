// A token bucket for everybody, in memory that does not grow with their number.
//
// A bucket is one moment: when it will be full again if nothing more is taken.  It is held under
// the hash of its owner's name, in one of the eight slots of a set that the hash also chooses.
//
// When a set has no room, the newcomer gets the slot that is nearest to full, and with it what that
// one still owes.  So nothing is ever forgiven: whoever comes under ever new names (there are 65536
// networks of /64 in a /48) gets what the slots get, and not a burst for each name.  The price is
// paid by newcomers while most of the table is busy, which takes as many busy names as there are
// slots: they start with less than a full burst.  Nobody can aim at a neighbour, since the hash is
// keyed.
//
// Threads:  every method, any thread.
// Sizes:    16 bytes a slot, all of them allocated at once; none if there is no limit.
// Time:     every method looks at one set only.
#ifndef VSS_SERVICE_TOKEN_BUCKETS_H_
#define VSS_SERVICE_TOKEN_BUCKETS_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"

namespace vss::service {

// So much `per_second` in the long run, and `burst` at once after a pause.
struct Rate {
  double per_second = 0;  // 0: no limit.
  double burst = 0;       // At least 1 is always possible.

  bool IsLimited() const { return per_second > 0; }
};

class TokenBuckets final {
 public:
  using Duration = std::chrono::nanoseconds;

  TokenBuckets(Rate rate, std::size_t slots);

  // Takes `cost` from the bucket of `owner`, or says how long to wait.  A bucket that holds one
  // token pays any cost and owes the rest, so that a large request has to wait no longer than a
  // small one, and the one behind it waits for both.
  std::optional<Duration> Take(std::uint64_t owner, double cost, SteadyTime now);

  // The answer that Take would give.
  std::optional<Duration> WaitOf(std::uint64_t owner, SteadyTime now);

  // Takes `cost` even if the bucket is empty.
  void Charge(std::uint64_t owner, double cost, SteadyTime now);

  // Puts back what Take took.
  void Return(std::uint64_t owner, double cost);

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kSlotsPerSet = 8;

  struct Slot {
    std::uint64_t owner = 0;
    SteadyTime full_at = SteadyTime();  // The clock starts after this: full.
  };
  using Set = std::array<Slot, kSlotsPerSet>;
  using Shard = Guarded<std::vector<Set>>;

  static Slot& SlotFor(Set& set, std::uint64_t owner);
  std::optional<Duration> WaitOf(const Slot& slot, SteadyTime now) const;
  void Charge(Slot& slot, std::uint64_t owner, double cost, SteadyTime now) const;
  Duration TimeToEarn(double tokens) const;

  // Calls `f` with the slot for `owner`, under its lock.
  template <typename F>
  decltype(auto) WithSlot(std::uint64_t owner, F f) {
    return shards_[owner % kShards].With([&](std::vector<Set>& sets) {
      return f(SlotFor(sets[owner / kShards % sets.size()], owner));
    });
  }

  const Rate rate_;
  const Duration ahead_max_;  // A bucket pays while it is full again within this time.
  std::array<Shard, kShards> shards_;
};

}  // namespace vss::service

#endif  // VSS_SERVICE_TOKEN_BUCKETS_H_
