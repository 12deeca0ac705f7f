// Writes a backup into a store, oldest record first, so that the store lists it in its old order.
//
// Nothing that is there and differs is ever replaced unasked; it is looked for before the first
// write.  Every write names the version that it replaces, so somebody else's write in the meantime
// is a conflict, too, if it counts the version up.  An unconditional one leaves version 1 behind
// again: what is to be replaced at version 1 is read and compared once more just before, and what
// is written between that and our write is not noticed.  Whoever writes so has to be stopped.
//
// Records that are there already, exactly so, are left alone: an interrupted restore goes on when
// it is called again.
//
// Memory: some 200 bytes a record, and the values of a batch.
#ifndef VSS_BACKUP_RESTORE_H_
#define VSS_BACKUP_RESTORE_H_

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "backup/bytes_source.h"
#include "backup/contents.h"
#include "backup/remote.h"
#include "backup/survey.h"
#include "base/failure.h"

namespace vss::backup {

using Keys = std::unordered_set<ShortDigest, DigestHash>;

struct RestoreOptions {
  // Replace records that differ.
  bool may_overwrite = false;
  // The target was filled from this file before it went on: what it has of an older state of the
  // file is replaced, and a change of what the source has removed since is a conflict, too.
  bool target_is_a_copy = false;
  // Of a copy, remove also what is as it was written and the source has removed since; but nothing
  // if the source has nothing at all.
  bool may_remove = false;
  // If given: the keys for which that is allowed in any case.  Those that are written are added.
  Keys* written_by_this_run = nullptr;
};

struct RestoreOutcome {
  std::uint64_t created = 0;
  std::uint64_t replaced = 0;
  std::uint64_t removed = 0;
  std::uint64_t there_already = 0;
  std::uint64_t only_in_target = 0;    // Records that the backup knows nothing of.
  std::uint64_t gone_from_source = 0;  // Were copied, were to be left, and the source has not.
  // What differs, and nothing was written; or what changed meanwhile, and the counts above say what
  // was written before.  The first hundred.
  std::vector<Key> conflicts;
  std::uint64_t conflict_count = 0;
  bool is_order_kept = true;  // The target lists these records as the source did.

  bool IsDone() const { return conflict_count == 0; }
};

// `contents` must be sound.  Reads everything back at the end: kCorrupt if the target does not
// have what was written to it.
Result<RestoreOutcome> Restore(BytesSource& bytes, const Contents& contents, Remote& target,
                               RestoreOptions options, const Watch& watch);

}  // namespace vss::backup

#endif  // VSS_BACKUP_RESTORE_H_
