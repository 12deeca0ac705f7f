// The tables of the SQLite store, and opening a file that holds them.  docs/formats/sqlite-store.md
// describes them for readers with other tools.
#ifndef VSS_STORE_SQLITE_SCHEMA_H_
#define VSS_STORE_SQLITE_SCHEMA_H_

#include <cstdint>
#include <string>

#include "base/failure.h"
#include "store/sqlite/database.h"
#include "store/sqlite/file.h"
#include "store/sqlite/options.h"

namespace vss::store::sqlite {

// Marks a file as ours: the bytes "VSS1" at offset 68.
inline constexpr std::int64_t kApplicationId = 0x56535331;
inline constexpr std::int64_t kSchemaVersion = 1;

struct OpenedFile {
  FileLock lock;
  NamedFile file;
  bool after_crash;  // It had not been closed.
  bool is_new;       // It was made just now.
};

// Takes the file for this process, makes it if it is not there, sees that its tables are ours, and
// checks its pages if `options.check` asks for that.  Makes `options.path` canonical.
// kInvalid: not a file of ours, or of a newer version, or missing, or not for this process to
// write.  kUnavailable: in use, or cannot be read.  kCorrupt: damaged.
Result<OpenedFile> OpenFile(SqliteOptions& options);

// Connections set up for their work, to a file that OpenFile has seen.
Sql<Database> OpenForWriting(const SqliteOptions& options);
Sql<Database> OpenForReading(const SqliteOptions& options);

// What an error means to whoever wants to open `path`.
Unexpected<Failure> CannotOpen(const std::string& path, const Error& error);

// Whether the file is marked as ours, of a version that this program knows.
Result<Done> CheckOrigin(Database& database, const std::string& path);
// Reads every page.  kCorrupt if they do not fit together.
Result<Done> CheckPages(Database& database, const std::string& path);

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_SCHEMA_H_
