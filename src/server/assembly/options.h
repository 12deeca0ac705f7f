// From the configuration to the options of the rooms below.
#ifndef VSS_SERVER_ASSEMBLY_OPTIONS_H_
#define VSS_SERVER_ASSEMBLY_OPTIONS_H_

#include "server/config/config.h"
#include "server/grpc/grpc_server.h"
#include "server/http/http_options.h"
#include "service/admission.h"
#include "service/lss_service.h"
#include "service/vss_service.h"

namespace vss::server {

service::VssOptions ServiceOptionsFrom(const Config& config);
service::AdmissionLimits AdmissionLimitsFrom(const Config& config);
HttpOptions HttpOptionsFrom(const Config& config);
service::LssOptions LssOptionsFrom(const Config& config);
GrpcOptions GrpcOptionsFrom(const Config& config);

}  // namespace vss::server

#endif  // VSS_SERVER_ASSEMBLY_OPTIONS_H_
