// What only the system knows of a TCP connection, and does with it.
#ifndef VSS_SERVER_HTTP_TCP_H_
#define VSS_SERVER_HTTP_TCP_H_

#include <cstdint>

namespace vss::server {

// What the peer has not acknowledged yet, the end included; 0 if nobody is there any more.
std::uint64_t UnacknowledgedBytes(int socket);

// Closing will drop what is unacknowledged, which the system would try to deliver for minutes.
void ResetWhenClosed(int socket);

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_TCP_H_
