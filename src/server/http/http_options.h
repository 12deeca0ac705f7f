// The bounds of an HttpServer.  Every queue, buffer and wait has one.
#ifndef VSS_SERVER_HTTP_HTTP_OPTIONS_H_
#define VSS_SERVER_HTTP_HTTP_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/http/handler.h"
#include "server/http/request_reader.h"
#include "server/http/tls.h"

namespace vss::server {

// So much must move in every `time`, or the transfer is given up: a transfer takes no longer than
// `time` and what its size needs at that rate.  Slow links pass; a peer that only wants to hold
// what its transfer holds does not.
struct ProgressRule {
  std::chrono::milliseconds time = {};
  std::uint64_t bytes_per_second = 0;
};

// What has no default here has one in the configuration: HttpOptionsFrom(Config()).
struct HttpOptions {
  std::size_t threads = 0;  // 0: one for each core.

  std::size_t connections_max = 0;
  std::size_t connections_per_address_max = 0;  // IPv6 by /64.  Trusted proxies are exempt.
  std::uint64_t bytes_in_flight_max = 0;        // Bodies and answers, all together.

  ReaderLimits reader;
  std::size_t requests_in_flight_max = 16;          // On one connection.
  std::uint64_t unsent_bytes_max = 1 << 20;         // On one connection: then it reads no more.
  std::uint64_t skipped_body_bytes_max = 64 << 10;  // Read over, to keep the connection.
  std::uint64_t lingering_bytes_max = 16 << 20;     // Read over, so that a last answer arrives.

  std::chrono::milliseconds head_time_max = {};
  ProgressRule body_progress;
  ProgressRule write_progress;
  std::chrono::milliseconds idle_time_max = {};
  std::chrono::milliseconds lingering_time_max = std::chrono::seconds(5);
  std::chrono::milliseconds drain_time_max = {};
  std::chrono::milliseconds certificate_check_time = std::chrono::seconds(5);
};

struct ListenerOptions {
  std::string host;        // An address or a name.
  std::uint16_t port = 0;  // 0: any free one.
  HttpHandler* handler = nullptr;
  std::optional<TlsFiles> tls = std::nullopt;
  // Whether its connections count towards the limits.  Those of the operator should not: they must
  // get in when everybody else's places are taken.
  bool is_limited = true;
  // Proxies whose X-Forwarded-For is believed: addresses and networks, "10.0.0.0/8".
  std::vector<std::string> trusted_proxies = {};
  // Web pages that may use the service (cors.h).
  std::vector<std::string> cors_origins = {};
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_HTTP_OPTIONS_H_
