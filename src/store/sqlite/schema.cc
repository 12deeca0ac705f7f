#include "store/sqlite/schema.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
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

std::string Errno() { return std::strerror(errno); }

class FileDescriptor {
 public:
  FileDescriptor(const std::string& path, int flags, mode_t mode = 0)
      : fd_(open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  bool IsOpen() const { return fd_ >= 0; }
  bool Sync() const { return fsync(fd_) == 0; }

 private:
  int fd_;
};

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

Unexpected<Failure> Failed(const Error& error) { return Unexpected(error.ToFailure()); }

Unexpected<Failure> NotOurs(const std::string& path) {
  return Invalid(path + " is not a store of this server: it holds something else");
}

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

Result<Done> CheckVersion(const std::string& path, std::int64_t application, std::int64_t version) {
  if (application != kApplicationId) return NotOurs(path);
  if (version != kSchemaVersion) {
    return Invalid(path + " has schema version " + std::to_string(version) +
                   "; this server knows version " + std::to_string(kSchemaVersion) +
                   ": use the release that wrote it, or a newer one");
  }
  return Done{};
}

Result<Done> CheckPages(Database& database, const std::string& path) {
  auto verdict = database.Text("PRAGMA quick_check(1)");
  if (!verdict) return Failed(verdict.error());
  if (*verdict != "ok") return Corrupt(path + " is damaged; restore a backup", *verdict);
  return Done{};
}

}  // namespace

Result<Done> EnsureFile(const std::string& path) {
  if (access(path.c_str(), F_OK) == 0) return Done{};
  const FileDescriptor file(path, O_RDWR | O_CREAT, 0600);
  if (!file.IsOpen()) return Unavailable("cannot create " + path + ": " + Errno());
  const FileDescriptor folder(FolderOf(path), O_RDONLY | O_DIRECTORY);
  if (!file.Sync() || !folder.IsOpen() || !folder.Sync()) {
    return Unavailable("cannot make " + path + " durable: " + Errno());
  }
  return Done{};
}

Result<Done> PrepareSchema(const SqliteOptions& options, bool after_crash) {
  auto database = OpenForWriting(options);
  if (!database && database.error().Primary() == SQLITE_NOTADB) return NotOurs(options.path);
  if (!database) return Failed(database.error());

  const auto application = database->Number("PRAGMA application_id");
  if (!application) return Failed(application.error());
  const auto version = database->Number("PRAGMA user_version");
  if (!version) return Failed(version.error());
  const auto tables = database->Number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return Failed(tables.error());

  if (*application == 0 && *version == 0 && *tables == 0) {
    const auto created = CreateTables(*database);
    if (!created) return Failed(created.error());
    return Done{};
  }
  VSS_RETURN_IF_FAILED(CheckVersion(options.path, *application, *version));
  if (options.check == SqliteOptions::Check::kAlways ||
      (options.check == SqliteOptions::Check::kAfterCrash && after_crash)) {
    return CheckPages(*database, options.path);
  }
  return Done{};
}

Sql<Database> OpenForWriting(const SqliteOptions& options) {
  return OpenConnection(options, R"(
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 16000;
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
    PRAGMA mmap_size = 1073741824;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
  )");
}

}  // namespace vss::store::sqlite
