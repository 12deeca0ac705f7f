#include "server/version.h"

namespace vss::server {

const std::string_view kVersion = VSS_VERSION;

}  // namespace vss::server
