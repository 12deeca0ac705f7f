#include "server/assembly/check.h"

#include "server/assembly/make_authorizer.h"
#include "server/assembly/make_store.h"
#include "server/http/tls.h"
#include "server/log/server_log.h"
#include "store/sqlite/sqlite_store.h"

namespace vss::server {

Result<Done> CheckFilesOf(const Config& config, const Clock& clock) {
  VSS_RETURN_IF_FAILED(MakeAuthorizer(config.auth, clock));
  if (!config.server.tls_certificate.empty()) {
    VSS_RETURN_IF_FAILED(TlsIdentity::Load({config.server.tls_certificate, config.server.tls_key}));
  }
  VSS_RETURN_IF_FAILED(CheckFilesOf(config.lss));
  if (config.store.kind == "sqlite") {
    VSS_RETURN_IF_FAILED(store::CheckSqliteFiles(SqliteOptionsFrom(config)));
  }
  if (config.store.kind == "postgres") VSS_RETURN_IF_FAILED(PostgresOptionsFrom(config));
  return CheckLogFile(config.log.file);
}

Result<Done> CheckFilesOf(const Config::Lss& lss) {
  if (lss.tls_certificate.empty()) return Done{};
  VSS_RETURN_IF_FAILED(TlsIdentity::Load({lss.tls_certificate, lss.tls_key}));
  return lss.tls_client_authority.empty() ? Done{} : CheckAuthorities(lss.tls_client_authority);
}

}  // namespace vss::server
