// Names a tenant in the log without giving it away.
#ifndef VSS_SERVER_LOG_TENANT_DIGEST_H_
#define VSS_SERVER_LOG_TENANT_DIGEST_H_

#include <string>
#include <string_view>

namespace vss::server {

std::string TenantDigest(std::string_view tenant);  // 12 hex digits.

}  // namespace vss::server

#endif  // VSS_SERVER_LOG_TENANT_DIGEST_H_
