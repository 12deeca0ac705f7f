// Runs the server until a signal ends it.
#ifndef VSS_APPS_VSS_SERVER_SERVE_H_
#define VSS_APPS_VSS_SERVER_SERVE_H_

#include "server/config/load.h"

namespace vss::apps {

// SIGTERM and SIGINT stop it, SIGHUP opens the log file and reads certificates again.  Returns the
// exit code.
int Serve(const server::LoadedConfig& loaded);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_SERVER_SERVE_H_
