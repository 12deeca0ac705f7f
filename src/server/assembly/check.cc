#include "server/assembly/check.h"

#include "server/assembly/make_authorizer.h"
#include "server/assembly/make_store.h"
#include "server/http/tls.h"

namespace vss::server {

Result<Done> CheckFilesOf(const Config& config, const Clock& clock) {
  VSS_RETURN_IF_FAILED(MakeAuthorizer(config.auth, clock));
  if (!config.server.tls_certificate.empty()) {
    VSS_RETURN_IF_FAILED(TlsIdentity::Load({config.server.tls_certificate, config.server.tls_key}));
  }
  if (!config.lss.tls_certificate.empty()) {
    VSS_RETURN_IF_FAILED(TlsIdentity::Load({config.lss.tls_certificate, config.lss.tls_key}));
  }
  if (config.store.kind == "postgres") VSS_RETURN_IF_FAILED(PostgresOptionsFrom(config));
  return Done{};
}

}  // namespace vss::server
