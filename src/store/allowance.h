// The quota rule that every backend applies, so that they refuse alike.
#ifndef VSS_STORE_ALLOWANCE_H_
#define VSS_STORE_ALLOWANCE_H_

#include <cstdint>
#include <optional>

#include "core/batch.h"

namespace vss::store {

// What one tenant uses in all its stores.  Bytes are those of keys and values.
struct Usage {
  std::int64_t bytes = 0;
  std::int64_t keys = 0;
  std::int64_t stores = 0;  // Spaces with at least one record.

  // False: somebody who does not count has written as well.
  bool IsPossible() const { return bytes >= 0 && keys >= 0 && stores >= 0; }

  bool operator==(const Usage&) const = default;
};

// The first quota that going from `before` to `after` would break, if any.  Only growth breaks one,
// and only what is more than nothing.
inline std::optional<CommitOutcome::Quota> QuotaBroken(const Allowance& allowance,
                                                       const Usage& before, const Usage& after) {
  using Quota = CommitOutcome::Quota;
  const auto grows_over = [](std::int64_t was, std::int64_t is, std::uint64_t max) {
    return is > was && is > 0 && static_cast<std::uint64_t>(is) > max;
  };
  if (!allowance.new_tenant && before.keys == 0 && after.keys > 0) return Quota::kNewTenants;
  if (grows_over(before.bytes, after.bytes, allowance.bytes_max)) return Quota::kBytes;
  if (grows_over(before.keys, after.keys, allowance.keys_max)) return Quota::kKeys;
  if (grows_over(before.stores, after.stores, allowance.stores_max)) return Quota::kStores;
  return std::nullopt;
}

}  // namespace vss::store

#endif  // VSS_STORE_ALLOWANCE_H_
