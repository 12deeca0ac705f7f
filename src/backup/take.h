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
//
// What is replaced is a backup of the same origin.  kInvalid for any other file, and for a store
// that has no records while the file to replace, or the part, has some: a server that has lost
// them looks like this.
Result<Taken> TakeBackup(Remote& source, const Place& to, Rename rename, const Clock& clock,
                         const Watch& watch);

// Begins the part with what the finished backup has, so that the next TakeBackup adds what has
// changed since; until then the backup stays as it is.  Nothing happens if there is none, or a part
// already.  kInvalid, and nothing happens, if what is there is anything else.
Result<Done> ContinueBackup(const Place& place);

}  // namespace vss::backup

#endif  // VSS_BACKUP_TAKE_H_
