#include "server/http/poller.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "base/check.h"
#include "base/spare_hand.h"

namespace vss::server {
namespace {

Readiness ReadinessOf(std::uint32_t events) {
  // An error is found by reading, and by writing.
  const bool is_broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  return {.can_read = is_broken || (events & (EPOLLIN | EPOLLRDHUP)) != 0,
          .can_write = is_broken || (events & EPOLLOUT) != 0,
          .has_ended = is_broken || (events & EPOLLRDHUP) != 0};
}

// OpenSSL writes with plain write(), which signals when the client has gone.
void IgnoreBrokenPipes() {
  thread_local bool are_ignored = false;
  if (std::exchange(are_ignored, true)) return;
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

}  // namespace

Poller::Poller()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_up_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      following_(::epoll_create1(EPOLL_CLOEXEC)),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(epoll_.IsOpen() && wake_up_.IsOpen() && following_.IsOpen() && stop_.IsOpen());
  // Every write is told, so nobody needs to read.
  epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  CHECK(::epoll_ctl(epoll_.Get(), EPOLL_CTL_ADD, wake_up_.Get(), &event) == 0);
  event = {.events = 0, .data = {.ptr = this}};
  CHECK(::epoll_ctl(following_.Get(), EPOLL_CTL_ADD, epoll_.Get(), &event) == 0);
  event = {.events = EPOLLIN, .data = {.ptr = nullptr}};
  CHECK(::epoll_ctl(following_.Get(), EPOLL_CTL_ADD, stop_.Get(), &event) == 0);
}

bool Poller::Watch(int descriptor, Watcher& watcher) {
  epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                       .data = {.ptr = &watcher}};
  return ::epoll_ctl(epoll_.Get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::Forget(const Watcher& watcher) {
  if (is_waiting_) forgotten_.push_back(&watcher);
  for (epoll_event& event : untold_) {
    if (event.data.ptr == &watcher) event.data.ptr = nullptr;
  }
}

Poller::Stay::Stay(const Poller& poller) {
  here_ = &poller;
  IgnoreBrokenPipes();
}

void Poller::Run() {
  IgnoreBrokenPipes();
  std::unique_lock lead(lead_, std::try_to_lock);
  for (std::function<void()> work;;) {
    if (!lead.owns_lock() && !Follow(lead)) return;
    if (!TakeTurn(work)) return;
    if (!work) continue;
    // In this order: whoever is called finds the lead free.
    lead.unlock();
    CallFollowers(true);
    std::exchange(work, nullptr)();
    if (lead.try_lock()) CallFollowers(false);
  }
}

// Until something happens and nobody leads.  False: stopped.
bool Poller::Follow(std::unique_lock<std::mutex>& lead) {
  ++followers_;
  bool is_stopped = false;
  while (!is_stopped && !lead.owns_lock()) {
    epoll_event event;
    const int count = ::epoll_wait(following_.Get(), &event, 1, -1);
    CHECK(count >= 0 || errno == EINTR);
    if (count != 1) continue;
    is_stopped = event.data.ptr != this;
    if (!is_stopped) static_cast<void>(lead.try_lock());
  }
  --followers_;
  if (!is_stopped) return true;
  const std::lock_guard turn(turn_);  // The one that stopped it comes to its end first.
  return false;
}

void Poller::CallFollowers(bool when_something_happens) {
  epoll_event event = {.events = when_something_happens ? EPOLLIN | EPOLLONESHOT : 0U,
                       .data = {.ptr = this}};
  CHECK(::epoll_ctl(following_.Get(), EPOLL_CTL_MOD, epoll_.Get(), &event) == 0);
}

bool Poller::TakeTurn(std::function<void()>& work) {
  std::unique_lock turn(turn_);
  if (is_stopped_) return false;
  is_waiting_ = true;
  turn.unlock();
  const int count = ::epoll_wait(epoll_.Get(), events_.data(), events_.size(), -1);
  CHECK(count >= 0 || errno == EINTR);
  turn.lock();
  is_waiting_ = false;
  if (is_stopped_) return false;
  const Stay stay(*this);
  untold_ = std::span(events_).first(count > 0 ? static_cast<std::size_t>(count) : 0);
  for (const Watcher* watcher : std::exchange(forgotten_, {})) Forget(*watcher);
  while (!untold_.empty()) {
    const epoll_event event = untold_.front();
    untold_ = untold_.subspan(1);
    if (event.data.ptr == nullptr) continue;
    const SpareHand hand(untold_.empty() && followers_ > 0 ? &work : nullptr);
    static_cast<Watcher*>(event.data.ptr)->OnReady(ReadinessOf(event.events));
  }
  RunPosted();
  return true;
}

void Poller::Stop() {
  is_stopped_ = true;
  CHECK(::eventfd_write(stop_.Get(), 1) == 0);
  if (is_waiting_) WakeUp();
}

void Poller::Add(std::function<void()> f) {
  const bool is_first = posted_.With([&](auto& posted) {
    posted.push_back(std::move(f));
    return posted.size() == 1;
  });
  if (is_first) WakeUp();
}

void Poller::WakeUp() { CHECK(::eventfd_write(wake_up_.Get(), 1) == 0); }

void Poller::RunPosted() {
  for (const auto& f : posted_.With([](auto& posted) { return std::exchange(posted, {}); })) f();
}

}  // namespace vss::server
