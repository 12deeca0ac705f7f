#include "server/http/timer.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/check.h"

namespace vss::server {

Timer::Timer(Poller& poller, std::function<void()> f)
    : poller_(poller),
      f_(std::move(f)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  CHECK(timer_.IsOpen() && poller.Watch(timer_.Get(), *this));
}

void Timer::Set(std::chrono::nanoseconds from_now) {
  // A time of zero would cancel it.
  from_now = std::max(from_now, std::chrono::nanoseconds(1));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(from_now);
  const itimerspec time = {
      .it_interval = {},
      .it_value = {.tv_sec = seconds.count(), .tv_nsec = (from_now - seconds).count()}};
  CHECK(::timerfd_settime(timer_.Get(), 0, &time, nullptr) == 0);
}

void Timer::Cancel() {
  const itimerspec never = {};
  CHECK(::timerfd_settime(timer_.Get(), 0, &never, nullptr) == 0);
}

void Timer::OnReady(Readiness /*ready*/) {
  // Nothing to read if it was set anew, or cancelled, since it ran out.
  std::uint64_t times = 0;
  if (::read(timer_.Get(), &times, sizeof times) == sizeof times) f_();
}

}  // namespace vss::server
