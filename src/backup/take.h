// From a store into a file.
#ifndef VSS_BACKUP_TAKE_H_
#define VSS_BACKUP_TAKE_H_

#include <string>

#include "backup/file.h"
#include "backup/format.h"
#include "backup/remote.h"
#include "backup/survey.h"
#include "base/clock.h"
#include "base/failure.h"

namespace vss::backup {

struct Taken {
  Summary summary;
  std::uint64_t records_kept_before = 0;  // By an earlier run that was interrupted.
};

// A file, and what belongs into it.
struct Place {
  std::string path;
  ShortDigest origin{};  // As Head has it.
  std::string store_id;
};

// Writes `to.path`, which then holds the whole store as it was at one moment.  What an interrupted
// call of the same origin has left in PartOf(path) is gone on with; kInvalid for any other.
Result<Taken> TakeBackup(Remote& source, const Place& to, Rename rename, const Clock& clock,
                         const Watch& watch);

// Makes a finished backup unfinished again, so that the next TakeBackup adds what has changed
// since.  Nothing happens if there is none.  kInvalid, and nothing happens, if what is there is
// anything else.
Result<Done> ReopenBackup(const Place& place);

}  // namespace vss::backup

#endif  // VSS_BACKUP_TAKE_H_
