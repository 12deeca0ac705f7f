// Waits for many descriptors at once, and tells those who watch them what has happened.
//
// Everything is told once, when it happens (edge triggered), so that waiting again costs nothing.
// Who is told that there is something to read, and does not read until there is no more, has to
// remember that.
//
// Threads: Watch, Post and TryRun from any; the rest, and all calls of watchers and of what
// was posted, one at a time: on the thread that runs it, or in TryRun while that one waits.
#ifndef VSS_SERVER_HTTP_POLLER_H_
#define VSS_SERVER_HTTP_POLLER_H_

#include <sys/epoll.h>

#include <array>
#include <functional>
#include <memory>
#include <mutex>
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

  // Calls `f` here and now, if the thread that runs the poller waits for something to happen.
  // False: it is not waiting, or not running, or this is a call of some poller's already.
  template <typename F>
  [[nodiscard]] bool TryRun(F f) {
    if (here_ != nullptr) return false;
    const std::unique_lock turn(turn_, std::try_to_lock);
    if (!turn.owns_lock() || !is_waiting_) return false;
    const Stay stay(*this);
    f();
    return true;
  }
  // The one whose watchers this thread is calling; nullptr: none.
  static const Poller* Here() { return here_; }

  // Until Stop.
  void Run();
  void Stop();

 private:
  // For as long as a thread calls watchers.
  class Stay final {
   public:
    explicit Stay(const Poller& poller);
    ~Stay() { here_ = nullptr; }
  };

  void Add(std::function<void()> f);
  void WakeUp();
  void RunPosted();

  static inline thread_local const Poller* here_ = nullptr;

  const FileDescriptor epoll_;
  const FileDescriptor wake_up_;  // There is something in posted_.
  Guarded<std::vector<std::function<void()>>> posted_;
  std::array<epoll_event, 128> events_;
  std::span<epoll_event> untold_;  // Those of events_ whose watchers are still to be told.
  std::mutex turn_;                // Of whoever calls watchers, and over the following.
  bool is_waiting_ = false;
  std::vector<const Watcher*> forgotten_;  // While it waits.
  bool is_stopped_ = false;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_POLLER_H_
