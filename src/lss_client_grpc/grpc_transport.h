// LSS over gRPC.
#ifndef VSS_LSS_CLIENT_GRPC_GRPC_TRANSPORT_H_
#define VSS_LSS_CLIENT_GRPC_GRPC_TRANSPORT_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/failure.h"
#include "lss_api/request.h"
#include "lss_client/transport.h"

namespace vss::lss_client {

struct GrpcTransportOptions {
  std::string url = "http://127.0.0.1:55551";  // http or https, a host, a port.
  // For https: PEM text.  Empty trusts the system's authorities.
  std::string authorities = {};
  std::string certificate = {};  // Of the client, if the server asks for one, and
  std::string key = {};          // its private key.
  std::chrono::milliseconds timeout = std::chrono::seconds(30);  // Of one call.
  // What the server may have us hold before it has proved anything.
  std::size_t reply_bytes_max = lss_api::kUsualMessageBytesMax;
};

// Connects when it is first called, and again when the connection is lost.
//
// Threads: Call from any, also at once.
Result<std::unique_ptr<Transport>> MakeGrpcTransport(const GrpcTransportOptions& options);

}  // namespace vss::lss_client

#endif  // VSS_LSS_CLIENT_GRPC_GRPC_TRANSPORT_H_
