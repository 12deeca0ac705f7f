// From the configuration to the authorizer it asks for.
#ifndef VSS_SERVER_ASSEMBLY_MAKE_AUTHORIZER_H_
#define VSS_SERVER_ASSEMBLY_MAKE_AUTHORIZER_H_

#include <memory>

#include "auth/authorizer.h"
#include "base/clock.h"
#include "base/failure.h"
#include "server/config/config.h"

namespace vss::server {

// Reads the public keys.  `clock` outlives the authorizer.
Result<std::unique_ptr<auth::Authorizer>> MakeAuthorizer(const Config::Auth& config,
                                                         const Clock& clock);

}  // namespace vss::server

#endif  // VSS_SERVER_ASSEMBLY_MAKE_AUTHORIZER_H_
