#include "server/assembly/make_store.h"

#include <string>
#include <utility>

#include "server/assembly/files.h"
#include "server/config/validate.h"
#include "store/memory/memory_store.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/sqlite_store.h"

namespace vss::server {
namespace {

store::PostgresOptions::Tls TlsMode(const Config::Store::Postgres& postgres) {
  using Tls = store::PostgresOptions::Tls;
  if (postgres.tls == "off") return Tls::kOff;
  if (postgres.tls == "require") return Tls::kRequire;
  if (postgres.tls == "verify-ca") return Tls::kVerifyCa;
  if (postgres.tls == "verify-full") return Tls::kVerifyFull;
  return AreAllLocal(postgres.hosts) ? Tls::kOff : Tls::kVerifyFull;
}

Result<std::string> PasswordOf(const Config::Store::Postgres& postgres) {
  if (postgres.password_file.empty()) return postgres.password;
  auto password = ReadTextFile(postgres.password_file);
  if (!password) return Invalid("store.postgres.password_file: " + password.error().message);
  while (password->ends_with('\n') || password->ends_with('\r')) password->pop_back();
  return password;
}

}  // namespace

bool NeedsUsage(const Config& config) {
  return config.quota.bytes_max.bytes > 0 || config.quota.keys_max > 0 ||
         config.quota.stores_max > 0 || config.limits.address_new_tenants_per_hour > 0;
}

store::SqliteOptions SqliteOptionsFrom(const Config& config) {
  using Check = store::SqliteOptions::Check;
  const Config::Store::Sqlite& sqlite = config.store.sqlite;
  store::SqliteOptions options;
  options.path = sqlite.path;
  options.read_lanes = sqlite.read_lanes;
  options.check = sqlite.check_on_open == "always"  ? Check::kAlways
                  : sqlite.check_on_open == "never" ? Check::kNever
                                                    : Check::kAfterCrash;
  options.commit_lane.queue_jobs_max = config.store.queue_requests_max;
  options.read_lane.queue_jobs_max = config.store.queue_requests_max;
  return options;
}

Result<store::PostgresOptions> PostgresOptionsFrom(const Config& config) {
  const Config::Store::Postgres& postgres = config.store.postgres;
  store::PostgresOptions options;
  options.hosts = postgres.hosts;
  options.user = postgres.user;
  VSS_TRY(options.password, PasswordOf(postgres));
  options.default_database = postgres.default_database;
  options.vss_database = postgres.database;
  options.tls = TlsMode(postgres);
  options.root_certificate = postgres.tls_root_certificate;
  options.commit_lanes = postgres.commit_lanes;
  options.read_lanes = postgres.read_lanes;
  options.lane_limits.queue_jobs_max = config.store.queue_requests_max;
  options.connect_timeout = postgres.connect_timeout;
  options.statement_timeout = postgres.statement_timeout;
  options.prepared_statements = postgres.prepared_statements;
  options.allow_newer_schema = postgres.allow_newer_schema;
  options.track_usage = NeedsUsage(config);
  return options;
}

Result<std::unique_ptr<store::Store>> MakeStore(const Config& config, const Clock& clock, Log& log,
                                                store::StoreObserver& observer) {
  if (config.store.kind == "memory") {
    return std::unique_ptr<store::Store>(std::make_unique<store::MemoryStore>(clock));
  }
  if (config.store.kind == "postgres") {
    VSS_TRY(store::PostgresOptions options, PostgresOptionsFrom(config));
    return store::MakePostgresStore(std::move(options), clock, log, observer);
  }
  return store::MakeSqliteStore(SqliteOptionsFrom(config), clock, log, observer);
}

}  // namespace vss::server
