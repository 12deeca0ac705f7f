// Files and standard input as values.
#ifndef VSS_APPS_VSS_FILES_H_
#define VSS_APPS_VSS_FILES_H_

#include <string>

#include "base/failure.h"

namespace vss::apps {

// All of a file; of standard input if `file` is empty or "-".  At most 1 GiB, what a request holds.
Result<std::string> ReadInput(const std::string& file);

// A new file with these bytes, durably; kInvalid if there is one already.  Nobody else may read it.
Result<Done> WriteNewFile(const std::string& file, const std::string& bytes);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_FILES_H_
