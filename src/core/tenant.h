// Names that a store is divided by.  A dialect prefixes its tenants so that two dialects never
// meet; VSS came first and has no prefix, so its authorizers refuse the reserved ones.
#ifndef VSS_CORE_TENANT_H_
#define VSS_CORE_TENANT_H_

#include <cstddef>
#include <string_view>

namespace vss {

inline constexpr std::size_t kTenantCodePointsMax = 120;  // A tenant's name is never empty.

inline constexpr std::string_view kLssTenantPrefix = "lss:";
inline constexpr std::string_view kInternalTenantPrefix = "vss-server:";

inline bool IsReservedTenant(std::string_view tenant) {
  return tenant.starts_with(kLssTenantPrefix) || tenant.starts_with(kInternalTenantPrefix);
}

}  // namespace vss

#endif  // VSS_CORE_TENANT_H_
