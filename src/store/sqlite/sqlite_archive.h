// The SQLite store as an archive: for moving a whole server to another store.
#ifndef VSS_STORE_SQLITE_SQLITE_ARCHIVE_H_
#define VSS_STORE_SQLITE_SQLITE_ARCHIVE_H_

#include <memory>

#include "base/failure.h"
#include "store/archive.h"
#include "store/sqlite/options.h"

namespace vss::store {

// Takes the file as a server would, so that no server uses it meanwhile.  Fails as MakeSqliteStore.
Result<std::unique_ptr<Archive>> MakeSqliteArchive(SqliteOptions options);

}  // namespace vss::store

#endif  // VSS_STORE_SQLITE_SQLITE_ARCHIVE_H_
