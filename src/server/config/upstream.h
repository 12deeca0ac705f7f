// The configuration of the original vss-server, so that its file and its environment start this one
// unchanged.
//
//   file                                       environment                 becomes
//   ----------------------------------------   -------------------------
//   ----------------------------- server_config.bind_address                 VSS_BIND_ADDRESS
//   server.listen server_config.max_request_body_size        VSS_MAX_REQUEST_BODY_SIZE
//   limits.body_bytes_max jwt_auth_config.rsa_pem                    VSS_JWT_RSA_PEM
//   auth.jwt_public_keys; auth.schemes
//                                                                          is jwt if set, else
//                                                                          signature
//   postgresql_config.username                 VSS_PSQL_USERNAME           store.postgres.user
//   postgresql_config.password                 VSS_PSQL_PASSWORD           store.postgres.password
//   postgresql_config.address                  VSS_PSQL_ADDRESS            store.postgres.hosts
//   postgresql_config.default_database         VSS_PSQL_DEFAULT_DB store.postgres.default_database
//   postgresql_config.vss_database             VSS_PSQL_VSS_DB             store.postgres.database
//   postgresql_config.tls (a table)            VSS_PSQL_TLS (any value)    store.postgres.tls
//   postgresql_config.tls.crt_pem              VSS_PSQL_CRT_PEM store.postgres.tls_root_certificate
//   log_config.level                           VSS_LOG_LEVEL               log.level
//   log_config.file                            VSS_LOG_FILE                log.file
//
// User, password and address are percent-decoded, because that server puts them into a URI as they
// are.  A variable that is set, even to nothing, beats the file.  What that server does not have
// (quotas, rate limits, the admin listener) is off.
#ifndef VSS_SERVER_CONFIG_UPSTREAM_H_
#define VSS_SERVER_CONFIG_UPSTREAM_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"
#include "server/config/config.h"

namespace vss::server {

// Leaves of a file by their full name, each as text.  A table without leaves is there as "".
using FlatFile = std::map<std::string, std::string>;

bool IsUpstreamTable(std::string_view table);
bool IsUpstreamVariable(std::string_view variable);
// Whether it says that this is a configuration of that server: ours has no variable like it.
bool IsUpstreamOnlyVariable(std::string_view variable);

// The Config that upstream's settings come to.  Adds to `warnings` what that server ignores.
Result<Config> ConfigFromUpstream(const FlatFile& file,
                                  const std::map<std::string, std::string>& environment,
                                  std::vector<std::string>& warnings);

}  // namespace vss::server

#endif  // VSS_SERVER_CONFIG_UPSTREAM_H_
