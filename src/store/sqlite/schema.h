// The tables of the SQLite store, and opening a file that holds them.  docs/formats/sqlite-store.md
// describes them for readers with other tools.
#ifndef VSS_STORE_SQLITE_SCHEMA_H_
#define VSS_STORE_SQLITE_SCHEMA_H_

#include <string>

#include "base/failure.h"
#include "store/sqlite/database.h"
#include "store/sqlite/options.h"

namespace vss::store::sqlite {

// Marks the file as ours: the bytes "VSS1" at offset 68, for file(1) as well.
inline constexpr std::int64_t kApplicationId = 0x56535331;
inline constexpr std::int64_t kSchemaVersion = 1;

// Creates the file if it is not there, readable by its owner only; its name is durable afterwards.
Result<Done> EnsureFile(const std::string& path);

// Makes the tables in a file that is empty, or sees that they are ours; checks the file as
// `options.check` asks.  `after_crash`: the file was not closed in good order the last time.
// kInvalid: not a file of ours, or of a newer version.  kCorrupt: damaged.
Result<Done> PrepareSchema(const SqliteOptions& options, bool after_crash);

// Connections set up for their work, to a file that PrepareSchema has seen.
Sql<Database> OpenForWriting(const SqliteOptions& options);
Sql<Database> OpenForReading(const SqliteOptions& options);

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_SCHEMA_H_
