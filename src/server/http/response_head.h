// What stands in front of every answer's body.
#ifndef VSS_SERVER_HTTP_RESPONSE_HEAD_H_
#define VSS_SERVER_HTTP_RESPONSE_HEAD_H_

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "server/http/handler.h"

namespace vss::server {

// What the connection adds to a Response.
struct ResponseFrame {
  std::string_view date;
  bool keeps_alive = false;
  std::chrono::seconds idle_max = {};    // Announced if the connection is kept.
  std::string_view allowed_origin = {};  // The web page that may read the answer (cors.h), if any.
};

// The status line and all headers, with the empty line behind them.
//
// Names are in lower case and followed by exactly one blank, and every answer says
// "vss-protocol-version: 0": deployed clients compare exactly that, before they look at the status.
// "connection: keep-alive" is spelt out on every answer that keeps the connection, because they
// reuse a connection only if they see it.
std::string FormatResponseHead(const Response& response, const ResponseFrame& frame);

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string FormatHttpDate(WallTime time);

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_RESPONSE_HEAD_H_
