#include "bench/load/echo.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace vss::bench {
namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nvss-protocol-version: 0\r\nconnection: keep-alive\r\n"
    "date: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-length: 0\r\n\r\n";

int Listen(std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, SOMAXCONN) != 0) {
    close(listener);
    return -1;
  }
  return listener;
}

// The size of the request that `bytes` begin with, or 0 if not all of it is there.
std::size_t RequestSize(std::string_view bytes) {
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t end = bytes.find("\r\n\r\n");
  const std::size_t length = bytes.find(kLength);
  if (end == std::string_view::npos || length > end) return 0;
  std::size_t body = 0;
  std::from_chars(bytes.data() + length + kLength.size(), bytes.data() + end, body);
  return bytes.size() >= end + 4 + body ? end + 4 + body : 0;
}

// False when the connection is over.
bool Answer(int connection, std::string& received) {
  std::array<char, 16384> buffer;
  const ssize_t got = recv(connection, buffer.data(), buffer.size(), 0);
  if (got <= 0) return got < 0 && errno == EAGAIN;
  received.append(buffer.data(), static_cast<std::size_t>(got));
  while (const std::size_t size = RequestSize(received)) {
    received.erase(0, size);
    if (send(connection, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) return false;
  }
  return true;
}

void Loop(int listener) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  std::map<int, std::string> connections;
  epoll_event wanted{.events = EPOLLIN, .data = {.fd = listener}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &wanted);
  std::array<epoll_event, 64> events;
  for (;;) {
    const int ready = epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < ready; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener) {
        const int accepted = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        const int on = 1;
        setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        wanted.data.fd = accepted;
        epoll_ctl(epoll, EPOLL_CTL_ADD, accepted, &wanted);
        connections[accepted].clear();
      } else if (!Answer(socket, connections[socket])) {
        connections.erase(socket);
        close(socket);
      }
    }
  }
}

}  // namespace

Result<Done> ServeEcho(std::uint16_t port, int threads) {
  std::vector<std::jthread> loops;
  for (int i = 0; i < threads; ++i) {
    const int listener = Listen(port);
    if (listener < 0) return Unavailable(std::string("listen: ") + std::strerror(errno));
    loops.emplace_back(Loop, listener);
  }
  return Done{};
}

}  // namespace vss::bench
