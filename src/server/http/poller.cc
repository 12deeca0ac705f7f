#include "server/http/poller.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>

#include "base/check.h"

namespace vss::server {
namespace {

Readiness ReadinessOf(std::uint32_t events) {
  // An error is found by reading, and by writing.
  const bool is_broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  return {.can_read = is_broken || (events & (EPOLLIN | EPOLLRDHUP)) != 0,
          .can_write = is_broken || (events & EPOLLOUT) != 0,
          .has_ended = is_broken || (events & EPOLLRDHUP) != 0};
}

}  // namespace

Poller::Poller()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_up_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(epoll_.IsOpen() && wake_up_.IsOpen());
  // Every write is told, so nobody needs to read.
  epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  CHECK(::epoll_ctl(epoll_.Get(), EPOLL_CTL_ADD, wake_up_.Get(), &event) == 0);
}

bool Poller::Watch(int descriptor, Watcher& watcher) {
  epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                       .data = {.ptr = &watcher}};
  return ::epoll_ctl(epoll_.Get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::Forget(const Watcher& watcher) {
  for (epoll_event& event : untold_) {
    if (event.data.ptr == &watcher) event.data.ptr = nullptr;
  }
}

void Poller::Run() {
  while (!std::exchange(is_stopped_, false)) {
    const int count = ::epoll_wait(epoll_.Get(), events_.data(), events_.size(), -1);
    CHECK(count >= 0 || errno == EINTR);
    untold_ = std::span(events_).first(count > 0 ? static_cast<std::size_t>(count) : 0);
    while (!untold_.empty()) {
      const epoll_event event = untold_.front();
      untold_ = untold_.subspan(1);
      if (event.data.ptr == nullptr) continue;
      static_cast<Watcher*>(event.data.ptr)->OnReady(ReadinessOf(event.events));
    }
    RunPosted();
  }
}

void Poller::Add(std::function<void()> f) {
  const bool is_first = posted_.With([&](auto& posted) {
    posted.push_back(std::move(f));
    return posted.size() == 1;
  });
  if (is_first) CHECK(::eventfd_write(wake_up_.Get(), 1) == 0);
}

void Poller::RunPosted() {
  for (const auto& f : posted_.With([](auto& posted) { return std::exchange(posted, {}); })) f();
}

}  // namespace vss::server
