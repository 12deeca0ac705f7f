// For a build without gRPC (VSS_GRPC=OFF).
#include "server/grpc/grpc_server.h"

namespace vss::server {

Result<std::unique_ptr<GrpcServer>> MakeGrpcServer(const GrpcOptions&, CallHandler&) {
  return Invalid("lss.listen is set, but this server was built without gRPC");
}

}  // namespace vss::server
