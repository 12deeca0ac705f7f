// An Archive: every record of every space of a store, for moving a whole server to another store.
//
// Blocking, one thread at a time, while no server uses the store.  Ranks are kept, so page tokens
// and the order of lists survive the move.
#ifndef VSS_STORE_ARCHIVE_H_
#define VSS_STORE_ARCHIVE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/failure.h"
#include "core/record.h"

namespace vss::store {

struct ArchivedRecord {
  Space space;
  Record record;
  Rank rank = 0;
  WallTime created = {};
  WallTime updated = {};

  bool operator==(const ArchivedRecord&) const = default;
};

struct ArchiveSize {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  // Of keys and values.
};

class Archive {
 public:
  virtual ~Archive() = default;

  // Keeps everybody else from writing as long as this archive is open.
  virtual Result<Done> Hold() = 0;

  virtual Result<ArchiveSize> Size() = 0;

  // The records with the lowest ranks above `after`, ascending: at most `records_max`, and stopping
  // once they come to `bytes_max`, but at least one if there is one.
  virtual Result<std::vector<ArchivedRecord>> Read(Rank after, std::size_t records_max,
                                                   std::size_t bytes_max) = 0;

  // Adds records, durably when it returns.  A record that is there already, exactly so, is left
  // alone, which is what makes a move resumable; kInvalid if a different one is there.
  // New records will be ranked above all of them.
  virtual Result<Done> Write(const std::vector<ArchivedRecord>& records) = 0;
};

}  // namespace vss::store

#endif  // VSS_STORE_ARCHIVE_H_
