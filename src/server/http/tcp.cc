#include "server/http/tcp.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace vss::server {

std::uint64_t UnacknowledgedBytes(int socket) {
  int queued = 0;
  if (::ioctl(socket, SIOCOUTQ, &queued) != 0 || queued == 0) return 0;
  // A connection that was reset keeps the number.
  tcp_info info = {};
  socklen_t size = sizeof info;
  ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size);
  return info.tcpi_state == TCP_CLOSE ? 0 : static_cast<std::uint64_t>(queued);
}

void ResetWhenClosed(int socket) {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace vss::server
