#include "store/postgres/schema.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "store/postgres/commit_marker.h"
#include "store/postgres/usage.h"

namespace vss::store {
namespace {

// The original server's steps, in its order.  Never changed, only continued when it is.
constexpr std::array<const char*, kUpstreamSteps> kUpstream = {
    "CREATE TABLE vss_db_version (db_version integer)",
    "INSERT INTO vss_db_version (db_version) VALUES (1)",
    "CREATE TABLE vss_db_upgrades (upgrade_from integer)",
    // The table of records may be there already: from the Java server, or made by hand.
    R"(CREATE TABLE IF NOT EXISTS vss_db (
         user_token varchar(120) NOT NULL,
         store_id varchar(120) NOT NULL,
         key varchar(600) NOT NULL,
         value bytea,
         version bigint NOT NULL,
         created_at timestamptz,
         last_updated_at timestamptz,
         CONSTRAINT vss_db_pkey PRIMARY KEY (user_token, store_id, key),
         CONSTRAINT vss_db_user_token_check CHECK (user_token <> '')))",
    "ALTER TABLE vss_db DROP CONSTRAINT IF EXISTS vss_db_store_id_check",
    "ALTER TABLE vss_db ADD COLUMN IF NOT EXISTS sort_order bigserial NOT NULL UNIQUE",
    R"(CREATE INDEX IF NOT EXISTS idx_vss_db_sort_order
         ON vss_db (user_token, store_id, sort_order DESC) INCLUDE (key, version))",
};

// Our own steps.  Append-only and additive: whatever is here, the original server still works.
constexpr std::array kOwn = {
    // 1: What each tenant uses, while usage is tracked.  No row: not counted yet.
    "CREATE TABLE vss_usage (user_token varchar(120) PRIMARY KEY, bytes bigint, keys bigint, "
    "stores bigint)",
    // 2: Which batches a commit lane has committed (commit_marker.h).
    "CREATE TABLE vss_commit_marker (lane uuid PRIMARY KEY, batch bigint NOT NULL, "
    "fenced boolean NOT NULL, touched_at timestamptz NOT NULL)",
    // 3: Whether what a server remembers of a tenant still holds (usage_memory.h).  It begins with
    // the
    // time, in microseconds, so that a row that was deleted and made again never repeats itself.
    "ALTER TABLE vss_usage ADD COLUMN changes bigint NOT NULL "
    "DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
};

// Two servers that start at once run into each other in ways that no lock can prevent, because the
// table that holds the lock is itself created.  The later one simply looks again.
constexpr int kAttempts = 50;

bool IsCollision(const PgError& error) {
  return error.IsContention() || error.code == "42P07" || error.code == "42701" ||
         error.code == "42710" || error.code == "42P04" || error.code == "55006" ||
         error.code == "XX000";  // "tuple concurrently updated"
}

// Tries `step` until it no longer collides with somebody else's.
template <typename Step>
Result<Done> Persist(PgConnection& connection, const char* what, Step step) {
  for (int attempt = 1;; ++attempt) {
    PgAnswer<Result<Done>> answer = step();
    if (answer) return *std::move(answer);
    if (answer.error().lost) return UnavailableFrom(answer.error());
    connection.RollBack();
    if (!IsCollision(answer.error()) || attempt == kAttempts) {
      return Invalid(std::string(what) + ": " + answer.error().message);
    }
  }
}

Result<Done> CreateDatabase(const PostgresOptions& options, const Clock& clock, Log& log) {
  if (options.default_database.empty()) return Done{};
  VSS_TRY(const std::unique_ptr<PgConnection> connection,
          PgConnection::Open(options, options.default_database, PgConnection::Use::kMaintain, {},
                             clock));
  VSS_TRY(const std::string name, connection->Quoted(options.vss_database));
  const std::string create = "CREATE DATABASE " + name;
  return Persist(*connection, "creating the database", [&]() -> PgAnswer<Result<Done>> {
    const auto found = connection->RunOne({nullptr, "SELECT 1 FROM pg_database WHERE datname = $1"},
                                          std::move(PgParams().Text(options.vss_database)));
    if (!found) return Unexpected(found.error());
    if (found->Rows() > 0) return Result<Done>(Done{});
    const auto created = connection->RunOne({nullptr, create.c_str()});
    if (!created) return Unexpected(created.error());
    log.Info("database created", {{"database", options.vss_database}});
    return Result<Done>(Done{});
  });
}

// What the tables of a database say about themselves.
struct Standing {
  std::int64_t upstream_steps = 0;
  std::int64_t own_steps = 0;
  bool version_is_clear = true;  // False: the version table has not exactly one row.
  bool has_records = true;       // False: the table of records is not there.
};

PgAnswer<bool> HasTable(PgConnection& connection, std::string_view name) {
  const auto found = connection.RunOne({nullptr, "SELECT to_regclass($1::text) IS NOT NULL"},
                                       std::move(PgParams().Text(name)));
  if (!found) return Unexpected(found.error());
  return found->Bool(0, 0);
}

// Takes the lock that only one server at a time holds: the first row of our own log.  It begins a
// transaction.  A table lock would do as well where there are any.
PgAnswer<std::vector<PgResult>> LockSchema(PgConnection& connection) {
  const PgAnswer<bool> is_there = HasTable(connection, "vss_server_schema");
  if (!is_there) return Unexpected(is_there.error());
  std::vector<PgCall> calls;
  calls.push_back({kBegin});
  if (!*is_there) {
    calls.push_back({{nullptr,
                      "CREATE TABLE vss_server_schema "
                      "(step integer PRIMARY KEY, applied_at timestamptz NOT NULL)"}});
    calls.push_back(
        {{nullptr, "INSERT INTO vss_server_schema (step, applied_at) VALUES (0, now())"}});
  }
  calls.push_back({{nullptr, "SELECT 1 FROM vss_server_schema WHERE step = 0 FOR UPDATE"}});
  return connection.Run(calls);
}

PgAnswer<Standing> ReadStanding(PgConnection& connection) {
  Standing standing;
  const auto own = connection.RunOne({nullptr, "SELECT max(step) FROM vss_server_schema"});
  if (!own) return Unexpected(own.error());
  standing.own_steps = own->Int(0, 0);
  const PgAnswer<bool> has_records = HasTable(connection, "vss_db");
  if (!has_records) return Unexpected(has_records.error());
  standing.has_records = *has_records;
  const PgAnswer<bool> is_there = HasTable(connection, "vss_db_version");
  if (!is_there) return Unexpected(is_there.error());
  if (!*is_there) return standing;
  const auto version = connection.RunOne({nullptr, "SELECT db_version FROM vss_db_version"});
  if (!version) return Unexpected(version.error());
  standing.version_is_clear = version->Rows() == 1 && !version->IsNull(0, 0);
  if (standing.version_is_clear) standing.upstream_steps = version->Int(0, 0);
  return standing;
}

Result<Done> CheckStanding(const Standing& standing, bool allow_newer) {
  if (!standing.version_is_clear || standing.upstream_steps < 0) {
    return Invalid(
        "the table vss_db_version must have exactly one row with the number of the schema; this "
        "database was tampered with or only partly restored");
  }
  if (standing.upstream_steps > kUpstreamSteps && !allow_newer) {
    return Invalid("the database has schema version " + std::to_string(standing.upstream_steps) +
                   ", and this server knows only versions up to " + std::to_string(kUpstreamSteps) +
                   ": use a newer server, or allow a newer schema in the configuration");
  }
  if (standing.own_steps > static_cast<std::int64_t>(kOwn.size())) {
    return Invalid("the database was used by a newer version of this server");
  }
  return Done{};
}

// What is missing, and the commit.
std::vector<PgCall> MissingSteps(const Standing& standing) {
  std::vector<PgCall> calls;
  const std::int64_t from = standing.upstream_steps;
  if (from < kUpstreamSteps) {
    for (std::int64_t step = from; step < kUpstreamSteps; ++step) {
      calls.push_back({{nullptr, kUpstream[static_cast<std::size_t>(step)]}});
    }
    calls.push_back({{nullptr, "INSERT INTO vss_db_upgrades (upgrade_from) VALUES ($1::bigint)"},
                     std::move(PgParams().Int(from))});
    calls.push_back({{nullptr, "UPDATE vss_db_version SET db_version = $1::bigint"},
                     std::move(PgParams().Int(kUpstreamSteps))});
  }
  for (std::size_t step = static_cast<std::size_t>(standing.own_steps); step < kOwn.size();
       ++step) {
    calls.push_back({{nullptr, kOwn[step]}});
    calls.push_back(
        {{nullptr, "INSERT INTO vss_server_schema (step, applied_at) VALUES ($1::bigint, now())"},
         std::move(PgParams().Int(static_cast<std::int64_t>(step) + 1))});
  }
  calls.push_back({kCommit});
  return calls;
}

PgAnswer<Result<Done>> Migrate(PgConnection& connection, const PostgresOptions& options, Log& log) {
  if (auto locked = LockSchema(connection); !locked) return Unexpected(locked.error());
  const PgAnswer<Standing> standing = ReadStanding(connection);
  if (!standing) return Unexpected(standing.error());
  if (auto checked = CheckStanding(*standing, options.allow_newer_schema); !checked) {
    connection.RollBack();
    return checked;
  }
  if (auto done = connection.Run(MissingSteps(*standing)); !done) return Unexpected(done.error());
  if (standing->upstream_steps < kUpstreamSteps) {
    log.Info("schema migrated", {{"from", standing->upstream_steps}, {"to", kUpstreamSteps}});
  }
  // Where a store was expected, an empty new one is the first sign of a wrong name.
  if (!standing->has_records) {
    log.Warn("store made, it is empty",
             {{"hosts", options.hosts}, {"database", options.vss_database}});
  }
  log.Info("store opened", {{"hosts", options.hosts},
                            {"database", options.vss_database},
                            {"schema", std::max(standing->upstream_steps, kUpstreamSteps)}});
  return Result<Done>(Done{});
}

// A server set up to forget answered commits breaks our first promise, and only its operator can
// mend that.
Result<Done> WarnOfVolatility(PgConnection& connection, Log& log) {
  const auto settings =
      connection.RunOne({nullptr,
                         "SELECT current_setting('fsync'), current_setting('synchronous_commit'), "
                         "current_setting('synchronous_standby_names')"});
  if (!settings) return UnavailableFrom(settings.error());
  const std::string_view fsync = settings->Bytes(0, 0);
  const std::string_view commit = settings->Bytes(0, 1);
  if (fsync == "off") {
    log.Warn("the database may lose answered writes in a crash", {{"fsync", fsync}});
  }
  if (settings->Bytes(0, 2) != "" && (commit == "local" || commit == "remote_write")) {
    log.Warn("the database may lose answered writes in a failover",
             {{"synchronous_commit", commit}});
  }
  return Done{};
}

// Values are encrypted and so do not compress; left to itself, PostgreSQL tries it with each one
// that does not fit into its row, and on those spends most of the work of a write.
//
// Not one of our steps: whether the database has such a setting, and whether it may be changed
// just now, does not matter to anything but speed.  The next start tries again.
void StoreValuesAsTheyAre(PgConnection& connection, Log& log) {
  const auto tries = connection.RunOne(
      {nullptr,
       "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('vss_db') AND attname = 'value' "
       "AND attstorage = 'x'"});
  if (!tries || tries->Rows() == 0) return;
  std::vector<PgCall> calls;
  calls.push_back({kBegin});
  calls.push_back({{nullptr, "SET LOCAL lock_timeout = '2s'"}});  // Others wait behind us.
  calls.push_back({{nullptr, "ALTER TABLE vss_db ALTER COLUMN value SET STORAGE EXTERNAL"}});
  calls.push_back({kCommit});
  if (const auto done = connection.Run(calls); !done) {
    connection.RollBack();
    log.Warn(
        "the database will try to compress values, which are encrypted: writes of large ones "
        "take several times longer",
        {{"text", done.error().message}});
  }
}

Result<std::unique_ptr<PgConnection>> OpenForMaintenance(const PostgresOptions& options,
                                                         const Clock& clock) {
  return PgConnection::Open(options, options.vss_database, PgConnection::Use::kMaintain, {}, clock);
}

PgAnswer<bool> HasLeanListIndex(PgConnection& connection) {
  const auto with_version = connection.RunOne(
      {nullptr,
       "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('idx_vss_db_sort_order') "
       "AND attname = 'version'"});
  if (!with_version) return Unexpected(with_version.error());
  return with_version->Rows() == 0;
}

}  // namespace

Result<Done> PrepareDatabase(const PostgresOptions& options, const Clock& clock, Log& log) {
  VSS_RETURN_IF_FAILED(CreateDatabase(options, clock, log));
  VSS_TRY(const std::unique_ptr<PgConnection> connection, OpenForMaintenance(options, clock));
  VSS_RETURN_IF_FAILED(Persist(*connection, "preparing the tables",
                               [&] { return Migrate(*connection, options, log); }));
  if (auto cleared = ClearStaleMarkers(*connection); !cleared) {
    return UnavailableFrom(cleared.error());
  }
  StoreValuesAsTheyAre(*connection, log);
  if (!options.track_usage) {  // Who counts later must not believe what was true before.
    if (auto forgotten = connection->RunOne(kForgetUsage); !forgotten) {
      return UnavailableFrom(forgotten.error());
    }
  }
  return WarnOfVolatility(*connection, log);
}

Result<std::int64_t> RenameJavaGlobalVersions(const PostgresOptions& options, const Clock& clock) {
  VSS_TRY(const std::unique_ptr<PgConnection> connection, OpenForMaintenance(options, clock));
  std::vector<PgCall> calls;
  calls.push_back({kBegin});
  calls.push_back({kStopCounting});
  const std::size_t rename = calls.size();
  calls.push_back({{nullptr, R"(
      WITH renamed AS (
        UPDATE vss_db AS old SET key = 'global_version' WHERE old.key = 'vss_global_version'
          AND NOT EXISTS (SELECT 1 FROM vss_db AS other WHERE other.user_token = old.user_token
                          AND other.store_id = old.store_id AND other.key = 'global_version')
        RETURNING 1)
      SELECT count(*) FROM renamed)"}});
  calls.push_back({kForgetUsage});  // The new name is shorter.
  calls.push_back({kCommit});
  const auto renamed = connection->Run(calls);
  if (!renamed) return UnavailableFrom(renamed.error());
  return (*renamed)[rename].Int(0, 0);
}

Result<Done> SetLeanListIndex(const PostgresOptions& options, bool lean, const Clock& clock) {
  VSS_TRY(const std::unique_ptr<PgConnection> connection, OpenForMaintenance(options, clock));
  return Persist(*connection, "changing the index", [&]() -> PgAnswer<Result<Done>> {
    const PgAnswer<bool> is_lean = HasLeanListIndex(*connection);
    if (!is_lean) return Unexpected(is_lean.error());
    if (*is_lean == lean) return Result<Done>(Done{});
    const std::string build =
        "CREATE INDEX idx_vss_db_sort_order_next ON vss_db (user_token, store_id, sort_order DESC)"
        " INCLUDE (" +
        std::string(lean ? "key" : "key, version") + ")";
    std::vector<PgCall> calls;
    calls.push_back({{nullptr, build.c_str()}});
    calls.push_back({{nullptr, "DROP INDEX idx_vss_db_sort_order"}});
    calls.push_back(
        {{nullptr, "ALTER INDEX idx_vss_db_sort_order_next RENAME TO idx_vss_db_sort_order"}});
    if (auto done = connection->Run(calls); !done) return Unexpected(done.error());
    return Result<Done>(Done{});
  });
}

}  // namespace vss::store
