// From a store into a file.
#ifndef VSS_BACKUP_TAKE_H_
#define VSS_BACKUP_TAKE_H_

#include <string>

#include "backup/format.h"
#include "backup/remote.h"
#include "backup/survey.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/failure.h"

namespace vss::backup {

struct Taken {
  Summary summary;
  std::uint64_t records_kept_before = 0;  // By an earlier run that was interrupted.
};

// Writes `path`, which then holds the whole store as it was at one moment.  What an interrupted
// call has left in PartOf(path) is gone on with.
Result<Taken> TakeBackup(Remote& source, const std::string& path, const std::string& store_id,
                         const Clock& clock, Entropy& entropy, const Watch& watch);

// Makes a finished backup unfinished again, so that the next TakeBackup adds what has changed
// since.  Nothing happens if there is none.
Result<Done> ReopenBackup(const std::string& path);

}  // namespace vss::backup

#endif  // VSS_BACKUP_TAKE_H_
