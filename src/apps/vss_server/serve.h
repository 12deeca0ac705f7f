// Runs the server until a signal ends it.
#ifndef VSS_APPS_VSS_SERVER_SERVE_H_
#define VSS_APPS_VSS_SERVER_SERVE_H_

#include <string>

#include "base/failure.h"
#include "server/config/load.h"

namespace vss::apps {

// SIGTERM and SIGINT stop it, asked again later, at once; SIGHUP opens the log file and reads
// certificates and token keys again.  `config_path` is where `loaded` comes from, or empty.
Result<Done> Serve(server::LoadedConfig loaded, const std::string& config_path);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_SERVER_SERVE_H_
