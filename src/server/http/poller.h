// Waits for many descriptors at once, and tells those who watch them what has happened.
//
// Everything is told once, when it happens (edge triggered), so that waiting again costs nothing.
// Who is told that there is something to read, and does not read until there is no more, has to
// remember that.
//
// Threads: Watch and Post from any; the rest, and all calls of watchers and of what was posted, on
// the one that runs it.
#ifndef VSS_SERVER_HTTP_POLLER_H_
#define VSS_SERVER_HTTP_POLLER_H_

#include <sys/epoll.h>

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "server/http/file_descriptor.h"

namespace vss::server {

// What has happened.  More may be told than that, never less.
struct Readiness {
  bool can_read = false;
  bool can_write = false;
  bool has_ended = false;  // Behind what can be read is the end, or an error.
};

class Poller final {
 public:
  class Watcher {
   public:
    virtual void OnReady(Readiness ready) = 0;

   protected:
    ~Watcher() = default;
  };

  Poller();

  // Tells `watcher` of `descriptor`, at first of what is the case already.  False if the system has
  // no room for it.
  [[nodiscard]] bool Watch(int descriptor, Watcher& watcher);
  // Tells it no more, not even what has happened by now.  Its descriptor must be closed next.
  void Forget(const Watcher& watcher);

  // Has the thread call `f` soon; never, if it stops before.
  template <typename F>
  void Post(F f) {
    // Shared, because std::function must be able to copy it.
    Add([f = std::make_shared<F>(std::move(f))] { (*f)(); });
  }

  // Until Stop.
  void Run();
  void Stop() { is_stopped_ = true; }

 private:
  void Add(std::function<void()> f);
  void RunPosted();

  const FileDescriptor epoll_;
  const FileDescriptor wake_up_;  // There is something in posted_.
  Guarded<std::vector<std::function<void()>>> posted_;
  std::array<epoll_event, 128> events_;
  std::span<epoll_event> untold_;  // Those of events_ whose watchers are still to be told.
  bool is_stopped_ = false;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_POLLER_H_
