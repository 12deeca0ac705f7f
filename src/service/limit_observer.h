// What is told when a limit or a quota turns a request away, for metrics.
#ifndef VSS_SERVICE_LIMIT_OBSERVER_H_
#define VSS_SERVICE_LIMIT_OBSERVER_H_

#include <array>
#include <string_view>

namespace vss::service {

// Every limit there is.
inline constexpr std::array<std::string_view, 9> kLimits = {
    "tenant_requests", "tenant_bytes",        "address_requests",
    "address_bytes",   "address_new_tenants", "address_failed_authentications",
    "quota_bytes",     "quota_keys",          "quota_stores"};

// Threads: called from many, concurrently; must not block.
class LimitObserver {
 public:
  virtual ~LimitObserver() = default;

  // `limit` is one of kLimits: the setting's name without its unit.
  virtual void OnLimit(std::string_view limit) = 0;
};

class NoLimitObserver final : public LimitObserver {
 public:
  void OnLimit(std::string_view) override {}
};

}  // namespace vss::service

#endif  // VSS_SERVICE_LIMIT_OBSERVER_H_
