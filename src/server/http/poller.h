// Waits for many descriptors at once, and tells those who watch them what has happened.
//
// Everything is told once, when it happens (edge triggered), so that waiting again costs nothing.
// Who is told that there is something to read, and does not read until there is no more, has to
// remember that.
//
// Threads: Watch, Post, TryRun and Run from any.  The rest, and all calls of watchers and of what
// was posted, happen one at a time: on the thread that leads, or in TryRun.
#ifndef VSS_SERVER_HTTP_POLLER_H_
#define VSS_SERVER_HTTP_POLLER_H_

#include <sys/epoll.h>

#include <array>
#include <atomic>
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

  // Calls `f` here and now.  False: another thread calls watchers just then, or it was stopped, or
  // this is a call of some poller's already.
  template <typename F>
  [[nodiscard]] bool TryRun(F f) {
    if (here_ != nullptr) return false;
    const std::unique_lock turn(turn_, std::try_to_lock);
    if (!turn.owns_lock() || is_stopped_) return false;
    const Stay stay(*this);
    f();
    return true;
  }
  // The one whose watchers this thread is calling; nullptr: none.
  static const Poller* Here() { return here_; }

  // Until Stop, and the end of its turn.  Of several threads one leads: it waits, and calls
  // watchers.  In the last call of a turn it has a SpareHand, if another follows: while it is at
  // that work the other takes the lead, but is woken up only if something happens.
  void Run();
  // Waits until something happens and tells of it.  What is put into `work` is the caller's to do.
  // False: stopped.
  bool TakeTurn(std::function<void()>& work);
  // For good.
  void Stop();

 private:
  // For as long as a thread calls watchers.
  class Stay final {
   public:
    explicit Stay(const Poller& poller);
    ~Stay() { here_ = nullptr; }
  };

  bool Follow(std::unique_lock<std::mutex>& lead);
  void CallFollowers(bool when_something_happens);
  void Add(std::function<void()> f);
  void WakeUp();
  void RunPosted();

  static inline thread_local const Poller* here_ = nullptr;

  const FileDescriptor epoll_;
  const FileDescriptor wake_up_;    // There is something in posted_.
  const FileDescriptor following_;  // Where those who follow wait: for epoll_ and stop_.
  const FileDescriptor stop_;
  Guarded<std::vector<std::function<void()>>> posted_;
  std::array<epoll_event, 128> events_;
  std::span<epoll_event> untold_;  // Those of events_ whose watchers are still to be told.
  std::mutex lead_;                // Of the thread that leads.
  std::atomic<int> followers_ = 0;
  std::mutex turn_;  // Of whoever calls watchers, and over the following.
  bool is_waiting_ = false;
  std::vector<const Watcher*> forgotten_;  // While it waits.
  bool is_stopped_ = false;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_POLLER_H_
