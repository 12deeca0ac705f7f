// From the configuration to the store it asks for.
#ifndef VSS_SERVER_ASSEMBLY_MAKE_STORE_H_
#define VSS_SERVER_ASSEMBLY_MAKE_STORE_H_

#include <memory>

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "server/config/config.h"
#include "store/observer.h"
#include "store/postgres/postgres_options.h"
#include "store/sqlite/options.h"
#include "store/store.h"

namespace vss::server {

// Opens or creates it.  Everything given by reference outlives the store.
Result<std::unique_ptr<store::Store>> MakeStore(const Config& config, const Clock& clock, Log& log,
                                                store::StoreObserver& observer);

store::SqliteOptions SqliteOptionsFrom(const Config& config);
Result<store::PostgresOptions> PostgresOptionsFrom(const Config& config);

// Whether some limit needs the store to know what each tenant uses.
bool NeedsUsage(const Config& config);

}  // namespace vss::server

#endif  // VSS_SERVER_ASSEMBLY_MAKE_STORE_H_
