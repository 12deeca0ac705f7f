// Where a Config comes from: a file, then the environment, which wins.
//
// Two forms of file are read.  Ours is strict: a name it does not know is refused, and the nearest
// one suggested.  The form of the original vss-server (tables server_config, postgresql_config,
// jwt_auth_config, log_config, and the variables VSS_BIND_ADDRESS, VSS_PSQL_*...) is read as that
// server reads it: what it ignores is ignored here too, but warned of.  docs/configuration.md has
// both.
#ifndef VSS_SERVER_CONFIG_LOAD_H_
#define VSS_SERVER_CONFIG_LOAD_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"
#include "server/config/config.h"

namespace vss::server {

// The variables that are set, by name.  Those that do not begin with VSS_ are not looked at.
using Environment = std::map<std::string, std::string>;

struct LoadedConfig {
  Config config;
  std::vector<std::string> warnings;
};

// `file_text` is the text of the configuration file, nullopt if there is none.  Fails with kInvalid
// and a message that names the setting.
Result<LoadedConfig> LoadConfig(const std::optional<std::string>& file_text,
                                const Environment& environment);

// Every setting as a file that LoadConfig reads, secrets hidden.
std::string PrintConfig(Config config);

// docs/configuration.md's tables.
std::string ConfigReference();

}  // namespace vss::server

#endif  // VSS_SERVER_CONFIG_LOAD_H_
