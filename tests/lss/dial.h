// A connection without a client behind it.
#ifndef VSS_TESTS_LSS_DIAL_H_
#define VSS_TESTS_LSS_DIAL_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "server/http/file_descriptor.h"

namespace vss::testing {

// Of "http://127.0.0.1:PORT".
inline std::uint16_t PortIn(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

// To a port of this machine, from an address of one's own if need be.  Closed if nobody listens.
inline server::FileDescriptor Dial(std::uint16_t port, std::uint32_t from = INADDR_LOOPBACK) {
  server::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(from);
  const auto* const any = reinterpret_cast<const sockaddr*>(&address);
  const bool is_bound = ::bind(socket.Get(), any, sizeof address) == 0;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (!is_bound || ::connect(socket.Get(), any, sizeof address) != 0) return {};
  timeval patience = {10, 0};
  ::setsockopt(socket.Get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket.Get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return socket;
}

}  // namespace vss::testing

#endif  // VSS_TESTS_LSS_DIAL_H_
