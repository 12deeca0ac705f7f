// LSS over gRPC: HTTP/2, TLS, flow control and the rest of the transport.
//
// It serves the service lss.LightningStorage, and beside it grpc.health.v1.Health and server
// reflection.  It does not listen: connections are accepted by somebody who counts them
// (server/lss/gate.h).
#ifndef VSS_SERVER_GRPC_GRPC_SERVER_H_
#define VSS_SERVER_GRPC_GRPC_SERVER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/failure.h"
#include "server/grpc/call_handler.h"

namespace vss::server {

// Files, in PEM.  Read again when they change.
struct GrpcTls {
  std::string certificate;
  std::string key;
  std::string client_authority;  // Unless empty, clients need a certificate that it has signed.
};

struct GrpcOptions {
  std::optional<GrpcTls> tls = std::nullopt;
  std::size_t message_bytes_max = lss_api::kUsualMessageBytesMax;  // Of a request.
  std::size_t calls_per_connection_max = 16;                       // At one time.
  std::uint64_t buffer_bytes_max = std::uint64_t{256} << 20;       // Of all connections.
  std::chrono::milliseconds handshake_time_max = std::chrono::seconds(15);
  std::chrono::milliseconds idle_time_max = std::chrono::minutes(30);
  // Nothing else bounds how long a request may take to arrive.
  std::chrono::milliseconds age_max = std::chrono::hours(4);
  std::chrono::milliseconds age_grace = std::chrono::seconds(30);  // For calls under way then.
  std::chrono::milliseconds keep_alive_time = std::chrono::seconds(60);
  std::chrono::milliseconds drain_time_max = std::chrono::seconds(20);
};

// Threads: Adopt any; the rest one at a time.
class GrpcServer {
 public:
  virtual ~GrpcServer() = default;  // Stops.

  // Takes over a connection that has just been accepted.
  virtual void Adopt(int socket) = 0;
  // Takes no more calls, and waits until those that are under way have been answered; those that
  // take longer than `drain_time_max` are cancelled as the client sees it.
  virtual void Stop() = 0;
};

// Starts it.  `handler` outlives it.
Result<std::unique_ptr<GrpcServer>> MakeGrpcServer(const GrpcOptions& options,
                                                   CallHandler& handler);

}  // namespace vss::server

#endif  // VSS_SERVER_GRPC_GRPC_SERVER_H_
