// Text that a setting gives either itself or by the name of a file.
#ifndef VSS_SERVER_ASSEMBLY_FILES_H_
#define VSS_SERVER_ASSEMBLY_FILES_H_

#include <string>

#include "base/failure.h"

namespace vss::server {

// At most a megabyte: certificates, keys, passwords, configuration.
Result<std::string> ReadTextFile(const std::string& path);

// `setting` if it is PEM text, else what the file of that name holds.
Result<std::string> ReadPem(const std::string& setting);

}  // namespace vss::server

#endif  // VSS_SERVER_ASSEMBLY_FILES_H_
