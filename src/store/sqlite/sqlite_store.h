// The embedded store: one SQLite file, nothing to install.
//
// Durability:  a commit is answered after the write-ahead log has been flushed (synchronous=FULL).
// Capacity:    one writer; a value may have kSqliteValueBytesMax bytes.
// Sharing:     one server a file, kept by `<path>.lock`.  SQLite's own tools may read it, and back
//              it up, while it is served.
// Damage:      once the file is found to be damaged nothing is written any more (kCorrupt).
// Bad disks:   once a flush of the file has failed, every call is answered kUnavailable until the
//              store is opened anew; nothing that was committed is lost.
// Names:       once the file is moved, replaced or removed every call is answered kUnavailable.
// Format:      docs/formats/sqlite-store.md.
#ifndef VSS_STORE_SQLITE_SQLITE_STORE_H_
#define VSS_STORE_SQLITE_SQLITE_STORE_H_

#include <memory>

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "store/observer.h"
#include "store/sqlite/options.h"
#include "store/store.h"

namespace vss::store {

// kInvalid: the file is not ours, or newer than this program, or its owner or its folder is not
// what it takes.  kUnavailable: it cannot be opened, or another server has it.  kCorrupt: damaged.
// `clock`, `log` and `observer` outlive the store.
Result<std::unique_ptr<Store>> MakeSqliteStore(SqliteOptions options, const Clock& clock, Log& log,
                                               StoreObserver& observer);

// Whether the owner and the folder of the file let this process open or make it.  Makes nothing.
Result<Done> CheckSqliteFiles(const SqliteOptions& options);

}  // namespace vss::store

#endif  // VSS_STORE_SQLITE_SQLITE_STORE_H_
