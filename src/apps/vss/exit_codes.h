// How vss ends, for scripts.  docs/man/vss.1 documents them; they do not change their meaning.
#ifndef VSS_APPS_VSS_EXIT_CODES_H_
#define VSS_APPS_VSS_EXIT_CODES_H_

#include "base/failure.h"

namespace vss::apps {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,    // Looked, and found a problem: doctor.
  kBadUsage = 2,  // The command line, the configuration or the request is wrong.
  kNotFound = 3,  // There is no such key.
  kConflict = 4,  // Something else is there than was to be replaced.  Nothing was changed.
  kDenied = 5,    // The server does not accept these credentials.
  // No answer, too busy, a store that changes meanwhile, or a file that cannot be read or written.
  // Try again.
  kUnavailable = 6,
  kCorrupt = 7,  // Something fails its check: a file, a value, the server.
  kInDoubt = 8,  // A write may or may not have happened.  Look before writing again.
};

inline ExitCode ExitCodeOf(Kind kind) {
  switch (kind) {
    case Kind::kInvalid:
      return kBadUsage;
    case Kind::kDenied:
      return kDenied;
    case Kind::kThrottled:
    case Kind::kOverloaded:
    case Kind::kUnavailable:
      return kUnavailable;
    case Kind::kInDoubt:
      return kInDoubt;
    case Kind::kCorrupt:
      return kCorrupt;
  }
  return kFailed;
}

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_EXIT_CODES_H_
