// What is told when a limit or a quota turns a request away, for metrics.
#ifndef VSS_SERVICE_LIMIT_OBSERVER_H_
#define VSS_SERVICE_LIMIT_OBSERVER_H_

#include <string_view>

namespace vss::service {

// Threads: called from many, concurrently; must not block.
class LimitObserver {
 public:
  virtual ~LimitObserver() = default;

  // `limit` is the setting's name without its unit: "tenant_requests", "quota_bytes", ...
  virtual void OnLimit(std::string_view limit) = 0;
};

class NoLimitObserver final : public LimitObserver {
 public:
  void OnLimit(std::string_view) override {}
};

}  // namespace vss::service

#endif  // VSS_SERVICE_LIMIT_OBSERVER_H_
