// Files and standard input as values.
#ifndef VSS_APPS_VSS_FILES_H_
#define VSS_APPS_VSS_FILES_H_

#include <string>
#include <string_view>

#include "base/failure.h"

namespace vss::apps {

// All of a file; of standard input if `file` is empty or "-".  At most 1 GiB, what a request holds.
Result<std::string> ReadInput(const std::string& file);

// False, and errno says why, if not everything could be written.
bool WriteAll(int fd, std::string_view bytes);

// A file with these bytes in place of any other, durably: there is the old one or the new one,
// whole. Nobody else may read it.  Into a pipe or a device they are just written.
Result<Done> ReplaceFile(const std::string& file, std::string_view bytes);

// A new file with these bytes, durably; kInvalid if there is one already.  Nobody else may read it.
Result<Done> WriteNewFile(const std::string& file, const std::string& bytes);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_FILES_H_
