// What the VSS handler tells about each request, for metrics.
#ifndef VSS_SERVER_VSS_REQUEST_OBSERVER_H_
#define VSS_SERVER_VSS_REQUEST_OBSERVER_H_

#include <chrono>
#include <cstddef>
#include <string_view>

namespace vss::server {

// Threads: called from many, concurrently; must not block.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;

  // `operation` is the last part of the route ("putObjects"), or "none" where no route matched.
  virtual void OnRequest(std::string_view operation, int status, std::chrono::nanoseconds took) = 0;
};

}  // namespace vss::server

#endif  // VSS_SERVER_VSS_REQUEST_OBSERVER_H_
