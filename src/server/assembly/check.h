// Whether a configuration can start a server, as far as that can be told without opening a store or
// a port: its certificates, keys and passwords are read, and whether its files may be written is
// looked at.
#ifndef VSS_SERVER_ASSEMBLY_CHECK_H_
#define VSS_SERVER_ASSEMBLY_CHECK_H_

#include "base/clock.h"
#include "base/failure.h"
#include "server/config/config.h"

namespace vss::server {

// `config` is one that LoadConfig gave.
Result<Done> CheckFilesOf(const Config& config, const Clock& clock);

// gRPC reads its files by itself and is silent about those it cannot use.
Result<Done> CheckFilesOf(const Config::Lss& lss);

}  // namespace vss::server

#endif  // VSS_SERVER_ASSEMBLY_CHECK_H_
