#include "server/lss/gate.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "base/check.h"
#include "server/http/listening_socket.h"

namespace vss::server {
namespace {

constexpr int kPauseWithoutDescriptorsMs = 100;

std::optional<ino_t> InodeOf(int socket) {
  struct stat status = {};
  if (::fstat(socket, &status) != 0) return std::nullopt;
  return status.st_ino;
}

}  // namespace

Gate::Gate(std::vector<FileDescriptor> listeners, GateLimits limits, HttpObserver& observer,
           std::function<void(int socket)> adopt)
    : listeners_(std::move(listeners)),
      observer_(observer),
      adopt_(std::move(adopt)),
      count_(limits.connections_max, limits.connections_per_address_max),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
  CHECK(stop_.IsOpen());
}

Gate::~Gate() { Stop(); }

void Gate::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Gate::Stop() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  CHECK(::write(stop_.Get(), &one, sizeof one) == sizeof one);
  thread_.join();
  listeners_.clear();
}

std::size_t Gate::Connections() const { return count_.Total(); }

std::uint16_t Gate::PortOf(std::size_t listener) const {
  return server::PortOf(listeners_.at(listener));
}

void Gate::Run() {
  std::vector<pollfd> waiting = {{stop_.Get(), POLLIN, 0}};
  for (const FileDescriptor& listener : listeners_) waiting.push_back({listener.Get(), POLLIN, 0});
  for (;;) {
    if (::poll(waiting.data(), waiting.size(), -1) < 0) CHECK(errno == EINTR);
    if (waiting.front().revents != 0) return;
    ForgetWhoHasGone();
    for (std::size_t i = 1; i < waiting.size(); ++i) {
      if (waiting[i].revents != 0) AcceptFrom(waiting[i].fd);
    }
  }
}

void Gate::AcceptFrom(int listener) {
  for (;;) {
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    FileDescriptor socket(::accept4(listener, reinterpret_cast<sockaddr*>(&address), &size,
                                    SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.IsOpen()) {
      LetIn(std::move(socket), IpAddress::FromSystem(address));
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      pollfd stop = {stop_.Get(), POLLIN, 0};
      ::poll(&stop, 1, kPauseWithoutDescriptorsMs);
    }
    return;  // Nobody waits, or whoever did has gone: poll tells.
  }
}

void Gate::LetIn(FileDescriptor socket, const IpAddress& address) {
  const auto inode = InodeOf(socket.Get());
  auto ticket = count_.Enter(address, false);
  if (!inode || !ticket) {
    observer_.OnConnectionRefused();
    return;
  }
  observer_.OnConnectionOpened();
  // Whoever had this descriptor has gone since the last look.
  if (const auto gone = guests_.find(socket.Get()); gone != guests_.end()) Forget(gone);
  guests_.emplace(socket.Get(), Guest{*inode, *std::move(ticket)});
  adopt_(socket.Release());
}

// A descriptor that names something else by now has been closed in between.
void Gate::ForgetWhoHasGone() {
  for (auto guest = guests_.begin(); guest != guests_.end();) {
    const auto looked_at = guest++;
    if (InodeOf(looked_at->first) != looked_at->second.inode) Forget(looked_at);
  }
}

void Gate::Forget(std::map<int, Guest>::iterator guest) {
  observer_.OnConnectionClosed();
  guests_.erase(guest);
}

}  // namespace vss::server
