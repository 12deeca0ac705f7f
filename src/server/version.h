// Which version this is.
#ifndef VSS_SERVER_VERSION_H_
#define VSS_SERVER_VERSION_H_

#include <string_view>

namespace vss::server {

extern const std::string_view kVersion;  // "0.1.0"

}  // namespace vss::server

#endif  // VSS_SERVER_VERSION_H_
