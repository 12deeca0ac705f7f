// The tables: the original server's, created and continued exactly as it would, and ours beside
// them.  docs/formats/postgres-schema.md describes them.
//
// Threads:     one call at a time per process; any number of processes.
// Durability:  each step is one transaction.
#ifndef VSS_STORE_POSTGRES_SCHEMA_H_
#define VSS_STORE_POSTGRES_SCHEMA_H_

#include <cstdint>

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "store/postgres/pg_connection.h"
#include "store/postgres/postgres_options.h"

namespace vss::store {

// How many of the original server's migration steps are known here; what `db_version` says after
// them.
inline constexpr std::int64_t kUpstreamSteps = 7;

// Creates the database if it is missing and brings its tables up to date.  Any number of servers
// may do so at once.  kInvalid if the database is not one that this server can work on,
// kUnavailable if it can't be reached.
Result<Done> PrepareDatabase(const PostgresOptions& options, const Clock& clock, Log& log);

// The Java server kept a store's version under another key.  Gives those records the present name
// wherever no record has it yet, and returns how many.  For a database that the Java server left.
Result<std::int64_t> RenameJavaGlobalVersions(const PostgresOptions& options, const Clock& clock);

// Whether the index that serves lists leaves the version out.  Lean, every update is spared an
// entry in every index, which halves its cost, and a list reads the version of each key it shows
// from the table.  The original server works with either.  Writers wait while the index is built.
Result<Done> SetLeanListIndex(const PostgresOptions& options, bool lean, const Clock& clock);

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_SCHEMA_H_
