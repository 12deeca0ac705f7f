// A store in a PostgreSQL database: the one that the original server uses, its tables taken over
// and continued in place (docs/formats/postgres-schema.md).
//
// It may run beside other servers, of ours or the original's, on the same database.  Nothing that a
// write is decided by is kept in memory.
#ifndef VSS_STORE_POSTGRES_POSTGRES_STORE_H_
#define VSS_STORE_POSTGRES_POSTGRES_STORE_H_

#include <memory>

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "store/observer.h"
#include "store/postgres/postgres_options.h"
#include "store/store.h"

namespace vss::store {

// Creates and migrates the database as needed.  `clock`, `log` and `observer` outlive the store.
// kInvalid: this database or these options won't do.  kUnavailable: it can't be reached.
Result<std::unique_ptr<Store>> MakePostgresStore(PostgresOptions options, const Clock& clock,
                                                 Log& log, StoreObserver& observer);

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_POSTGRES_STORE_H_
