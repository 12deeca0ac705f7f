// A socket that connections arrive at.
#ifndef VSS_SERVER_HTTP_LISTENING_SOCKET_H_
#define VSS_SERVER_HTTP_LISTENING_SOCKET_H_

#include <cstdint>
#include <string>

#include "base/failure.h"
#include "server/http/file_descriptor.h"

namespace vss::server {

// Non-blocking, on the first of the host's addresses that can be had.  Connections inherit
// TCP_NODELAY from it.
Result<FileDescriptor> Listen(const std::string& host, std::uint16_t port);

std::uint16_t PortOf(const FileDescriptor& socket);

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_LISTENING_SOCKET_H_
