// Commands that look after a store and end.
#ifndef VSS_APPS_VSS_SERVER_MAINTENANCE_H_
#define VSS_APPS_VSS_SERVER_MAINTENANCE_H_

#include "apps/vss_server/command_line.h"
#include "base/failure.h"

namespace vss::apps {

// Each prints what it did.
Result<Done> Backup(const CommandLine& line);
Result<Done> Migrate(const CommandLine& line);
Result<Done> ImportLss(const CommandLine& line);
Result<Done> LookAfterPostgres(const CommandLine& line);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_SERVER_MAINTENANCE_H_
