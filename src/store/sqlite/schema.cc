#include "store/sqlite/schema.h"

#include <utility>

namespace vss::store::sqlite {
namespace {

// Rows are keyed by rank, so creation appends; AUTOINCREMENT never gives out a rank twice, even
// after the newest record is gone.  `version` is in no index, so an update touches one tree.
constexpr const char* kCreateTables = R"(
  CREATE TABLE tenant (
    name   TEXT PRIMARY KEY NOT NULL,
    bytes  INTEGER NOT NULL,
    keys   INTEGER NOT NULL,
    stores INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE space (
    id     INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    store  TEXT NOT NULL,
    UNIQUE (tenant, store)
  ) STRICT;

  CREATE TABLE record (
    rank    INTEGER PRIMARY KEY AUTOINCREMENT,
    space   INTEGER NOT NULL,
    key     TEXT NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    value   BLOB NOT NULL
  ) STRICT;

  CREATE UNIQUE INDEX record_by_key ON record (space, key);
  CREATE INDEX record_by_rank ON record (space, rank, key);
)";

Sql<Database> OpenConnection(const SqliteOptions& options, const std::string& pragmas) {
  VSS_TRY(Database database, Database::Open(options.path, options.vfs));
  sqlite3_busy_timeout(database.handle(), static_cast<int>(options.busy_wait.count()));
  VSS_RETURN_IF_FAILED(database.Execute(pragmas));
  return database;
}

Sql<Done> CreateTables(Database& database) {
  const std::string sql = "BEGIN IMMEDIATE;" + std::string(kCreateTables) +
                          "PRAGMA application_id = " + std::to_string(kApplicationId) +
                          "; PRAGMA user_version = " + std::to_string(kSchemaVersion) + "; COMMIT";
  return database.Execute(sql);
}

Sql<bool> IsEmpty(Database& database) {
  VSS_TRY(const auto application, database.Number("PRAGMA application_id"));
  VSS_TRY(const auto tables, database.Number("SELECT count(*) FROM sqlite_schema"));
  return application == 0 && tables == 0;
}

// Looks before anything is written: the file may be somebody else's.
Result<bool> IsEmptyOrOurs(const SqliteOptions& options) {
  auto database = OpenConnection(options, "");
  if (!database) return CannotOpen(options.path, database.error());
  const auto is_empty = IsEmpty(*database);
  if (!is_empty) return CannotOpen(options.path, is_empty.error());
  if (!*is_empty) VSS_RETURN_IF_FAILED(CheckOrigin(*database, options.path));
  return *is_empty;
}

// Whether there were none.
Result<bool> PrepareTables(const SqliteOptions& options, bool check_pages) {
  VSS_TRY(const bool is_empty, IsEmptyOrOurs(options));
  auto database = OpenForWriting(options);
  if (!database) return CannotOpen(options.path, database.error());
  const auto mode = database->Text("PRAGMA journal_mode");
  if (!mode) return CannotOpen(options.path, mode.error());
  if (*mode != "wal") return Unavailable(options.path + ": the file system cannot share memory");
  if (is_empty) {
    const auto created = CreateTables(*database);
    if (!created) return CannotOpen(options.path, created.error());
  }
  if (check_pages) VSS_RETURN_IF_FAILED(CheckPages(*database, options.path));
  return is_empty;
}

}  // namespace

Result<OpenedFile> OpenFile(SqliteOptions& options) {
  using Check = SqliteOptions::Check;
  options.path = Canonical(options.path);
  VSS_RETURN_IF_FAILED(CheckFiles(options.path));
  VSS_TRY(FileLock lock, FileLock::Take(options.path));
  const bool after_crash = WasNotClosed(options.path);
  if (IsLogWithoutFile(options.path)) {
    return Invalid(options.path + " is not there but its log is: put the file back, or, if it is" +
                   " not needed any more, remove " + options.path + "-wal");
  }
  if (!options.create && !FileExists(options.path)) {
    return Invalid(options.path + " does not exist");
  }
  VSS_RETURN_IF_FAILED(CreateFile(options.path));
  const bool check_pages =
      options.check == Check::kAlways || (options.check == Check::kAfterCrash && after_crash);
  VSS_TRY(const bool is_new, PrepareTables(options, check_pages));
  return OpenedFile{std::move(lock), NamedFile(options.path), after_crash, is_new};
}

Unexpected<Failure> CannotOpen(const std::string& path, const Error& error) {
  if (error.Primary() == SQLITE_NOTADB) {
    return Invalid(path + " is not a store of this server: it holds something else");
  }
  Failure failure = error.ToFailure();
  failure.message = path + ": " + failure.message;
  return Unexpected(std::move(failure));
}

Result<Done> CheckOrigin(Database& database, const std::string& path) {
  const auto application = database.Number("PRAGMA application_id");
  if (!application) return CannotOpen(path, application.error());
  if (*application != kApplicationId) return CannotOpen(path, {SQLITE_NOTADB, {}});
  const auto version = database.Number("PRAGMA user_version");
  if (!version) return CannotOpen(path, version.error());
  if (*version != kSchemaVersion) {
    return Invalid(path + " has version " + std::to_string(*version) +
                   " of the tables, and this program knows version " +
                   std::to_string(kSchemaVersion) + " only; use the release that wrote it");
  }
  return Done{};
}

Result<Done> CheckPages(Database& database, const std::string& path) {
  const auto verdict = database.Text("PRAGMA quick_check(1)");
  if (!verdict) return CannotOpen(path, verdict.error());
  if (*verdict != "ok") return Corrupt(path + " is damaged; restore a backup", *verdict);
  return Done{};
}

Sql<Database> OpenForWriting(const SqliteOptions& options) {
  return OpenConnection(options, R"(
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = 134217728;
    PRAGMA cache_size = -32768;
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = OFF;
    PRAGMA trusted_schema = OFF;
  )");
}

Sql<Database> OpenForReading(const SqliteOptions& options) {
  return OpenConnection(options, R"(
    PRAGMA query_only = ON;
    PRAGMA cache_size = -8192;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
  )");
}

}  // namespace vss::store::sqlite
