// Whether this process may use a file, and if not why, in words for an operator.
#ifndef VSS_BASE_FILE_ACCESS_H_
#define VSS_BASE_FILE_ACCESS_H_

#include <string>

#include "base/failure.h"

namespace vss {

// What holds the name of `path`; "." if it names no folder.
std::string FolderOf(const std::string& path);

// `mode` is as for access(2); it is the effective user who asks.  kInvalid, because asking again
// does not help: "/data/vss.db: Permission denied; it belongs to root and this process is
// vss-server".
Result<Done> CheckAccess(const std::string& path, int mode);

// As CheckAccess for reading: "cannot read /data/key.pem: ...".
Result<Done> CheckReadable(const std::string& path);

// The same of a file that is written, and made if it is not there.  Its folder has to be there.
Result<Done> CheckWritable(const std::string& path);

}  // namespace vss

#endif  // VSS_BASE_FILE_ACCESS_H_
