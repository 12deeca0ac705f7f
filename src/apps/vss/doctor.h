// What a wallet would suffer from at this server.
#ifndef VSS_APPS_VSS_DOCTOR_H_
#define VSS_APPS_VSS_DOCTOR_H_

#include "apps/vss/command.h"

namespace vss::apps {

// Writes only into a store of its own, which it empties again.
CommandResult Doctor(const Context& context);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_DOCTOR_H_
