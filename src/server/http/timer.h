// Calls a function once, some time from now.
//
// Threads: the poller's, or any as long as that does not run.
#ifndef VSS_SERVER_HTTP_TIMER_H_
#define VSS_SERVER_HTTP_TIMER_H_

#include <chrono>
#include <functional>

#include "server/http/file_descriptor.h"
#include "server/http/poller.h"

namespace vss::server {

class Timer final : private Poller::Watcher {
 public:
  // `poller` outlives it.
  Timer(Poller& poller, std::function<void()> f);
  ~Timer() { poller_.Forget(*this); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // In place of any time set before.
  void Set(std::chrono::nanoseconds from_now);
  void Cancel();

 private:
  void OnReady(Readiness ready) override;

  Poller& poller_;
  const std::function<void()> f_;
  const FileDescriptor timer_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_TIMER_H_
