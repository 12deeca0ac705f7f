// A Batch: guarded changes to one space.  Check every guard, then apply every change, or change
// nothing.  Every write of every dialect is lowered to this, and stores know nothing else.
#ifndef VSS_CORE_BATCH_H_
#define VSS_CORE_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/record.h"

namespace vss {

// What must be true of a key before the batch, for the batch to apply.
struct Guard {
  enum class Kind : std::uint8_t { kAnything, kAbsent, kPresent, kAtVersion };

  Kind kind = Kind::kAnything;
  Version version = 0;  // For kAtVersion.

  static Guard Anything() { return {Kind::kAnything, 0}; }
  static Guard Absent() { return {Kind::kAbsent, 0}; }
  static Guard Present() { return {Kind::kPresent, 0}; }
  static Guard AtVersion(Version version) { return {Kind::kAtVersion, version}; }

  // Whether it holds for a key at version `present`, or nullopt for one that is not there.
  bool HoldsFor(std::optional<Version> present) const;

  bool operator==(const Guard&) const = default;
};

// What happens to the key.
struct Change {
  enum class Action : std::uint8_t { kWrite, kRemove, kCheck };

  Key key;
  Guard guard;
  Action action = Action::kCheck;
  Version version = 0;  // For kWrite: the version that the record has afterwards.
  std::string value;    // For kWrite.

  static Change Write(Key key, Guard guard, Version version, std::string value);
  static Change Remove(Key key, Guard guard);  // A key that is not there stays so.
  static Change Check(Key key, Guard guard);
};

// What the tenant may use in all its stores together, once the batch has been applied.  A batch
// that lessens or keeps what is used is never refused, so that a tenant over its quota can clean
// up.
struct Allowance {
  static constexpr std::uint64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

  std::uint64_t bytes_max = kUnlimited;  // Of keys and values.
  std::uint64_t keys_max = kUnlimited;
  std::uint64_t stores_max = kUnlimited;  // Spaces with at least one record.
  bool new_tenant = true;                 // May a tenant that has nothing yet begin to store?
  bool tell_new_tenant = false;           // Is it to be told if one did?

  bool IsUnlimited() const;  // Nobody needs to know what the tenant uses.
};

struct Batch {
  std::vector<Change> changes;  // Distinct keys.  New records are ranked in this order.
  Allowance allowance = {};

  std::size_t Bytes() const;  // Of keys and values.
};

// A key whose guard did not hold, and the version it has now.
struct Obstacle {
  Key key;
  std::optional<Version> present;

  bool operator==(const Obstacle&) const = default;
};

struct CommitOutcome {
  enum class Kind : std::uint8_t { kCommitted, kConflict, kOverQuota };
  enum class Quota : std::uint8_t { kBytes, kKeys, kStores, kNewTenants };

  Kind kind = Kind::kCommitted;
  std::vector<Obstacle> obstacles;  // For kConflict: every one, in the batch's order.
  Quota exceeded = Quota::kBytes;   // For kOverQuota.
  bool created_tenant = false;      // For kCommitted, unless the allowance is unlimited: the
                                    // tenant had nothing before.

  bool IsCommitted() const { return kind == Kind::kCommitted; }
  static CommitOutcome Committed(bool created_tenant = false);
  static CommitOutcome Conflict(std::vector<Obstacle> obstacles);
  static CommitOutcome OverQuota(Quota exceeded);
};

}  // namespace vss

#endif  // VSS_CORE_BATCH_H_
