#include "server/http/listening_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/check.h"

namespace vss::server {
namespace {

FileDescriptor ListenAt(const addrinfo& address) {
  FileDescriptor socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  const bool is_listening =
      socket.IsOpen() &&
      ::setsockopt(socket.Get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
      ::setsockopt(socket.Get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0 &&
      ::bind(socket.Get(), address.ai_addr, address.ai_addrlen) == 0 &&
      ::listen(socket.Get(), SOMAXCONN) == 0;
  return is_listening ? std::move(socket) : FileDescriptor();
}

}  // namespace

Result<FileDescriptor> Listen(const std::string& host, std::uint16_t port) {
  addrinfo hints = {};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  // The name service may be late, as at boot; whoever started us should try again.
  if (error != 0) return Unavailable("cannot resolve " + host + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);

  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    FileDescriptor socket = ListenAt(*address);
    if (socket.IsOpen()) return socket;
  }
  return Unavailable("cannot listen on " + host + ":" + std::to_string(port) + ": " +
                     std::strerror(errno));
}

std::uint16_t PortOf(const FileDescriptor& socket) {
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  CHECK(::getsockname(socket.Get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  // The port is at the same place in both families.
  sockaddr_in6 ipv6;
  std::memcpy(&ipv6, &address, sizeof ipv6);
  return ntohs(ipv6.sin6_port);
}

}  // namespace vss::server
