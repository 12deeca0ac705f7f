// A PostgreSQL database as an Archive.
#ifndef VSS_STORE_POSTGRES_POSTGRES_ARCHIVE_H_
#define VSS_STORE_POSTGRES_POSTGRES_ARCHIVE_H_

#include <memory>

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "store/archive.h"
#include "store/postgres/postgres_options.h"

namespace vss::store {

// Creates and migrates the database as needed.  `clock` and `log` outlive the archive.
Result<std::unique_ptr<Archive>> MakePostgresArchive(const PostgresOptions& options,
                                                     const Clock& clock, Log& log);

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_POSTGRES_ARCHIVE_H_
