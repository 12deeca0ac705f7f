// Moves every record of one store into another: values, versions, order and times.
//
// Records go in the order of their ranks, so what is in the target is always the beginning of the
// source: a move that was interrupted goes on where it stopped.  Before anything is added the
// target is compared with that beginning, and after everything was added with the whole.
//
// Blocking; no server may use either store meanwhile.  The source is held, so that nobody writes
// to it; what is found to have changed in spite of that is told.
#ifndef VSS_SERVER_MIGRATE_MIGRATE_H_
#define VSS_SERVER_MIGRATE_MIGRATE_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/failure.h"
#include "store/archive.h"

namespace vss::server {

// Called after every page: what is being done ("comparing", "copying", "verifying"), and how many
// records of how many.
using MigrateProgress =
    std::function<void(std::string_view step, std::uint64_t done, std::uint64_t of)>;

struct MigrateSummary {
  std::uint64_t records = 0;  // In the source, and now in the target.
  std::uint64_t copied = 0;   // By this run.
  std::uint64_t bytes = 0;    // Of keys and values.
};

// kInvalid if the target holds anything that the source does not, or the source has changed.
Result<MigrateSummary> Migrate(store::Archive& source, store::Archive& target,
                               const MigrateProgress& progress);

}  // namespace vss::server

#endif  // VSS_SERVER_MIGRATE_MIGRATE_H_
