// The one table of settings: what each is called, where it lives in a Config, and what it does.
// Reading files, reading the environment, printing and documenting all go through it.
#ifndef VSS_SERVER_CONFIG_SETTINGS_H_
#define VSS_SERVER_CONFIG_SETTINGS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/failure.h"
#include "server/config/config.h"

namespace vss::server {

struct Setting {
  using Target = std::variant<bool*, std::uint64_t*, ByteCount*, Milliseconds*, std::string*,
                              std::vector<std::string>*>;

  std::string name;  // "limits.connections_max": the tables of the file, then the key.
  Target target;
  std::string_view meaning;
  bool is_secret = false;  // A text; printed as *** unless it is empty.

  std::string Environment() const;  // "VSS_LIMITS_CONNECTIONS_MAX".

  // Sets it from the text of an environment variable.  A list is separated by commas.
  Result<Done> Parse(std::string_view text) const;
  // As a TOML value: quoted where TOML wants it.
  std::string Format() const;
};

// Every setting of `config`, in the order of the reference.
std::vector<Setting> SettingsOf(Config& config);

// The name nearest to `name` among `settings`, for "did you mean ...?"; empty if none is near.
std::string NearestName(std::string_view name, const std::vector<Setting>& settings);

Result<ByteCount> ParseByteCount(std::string_view text);    // "1048576", "1MiB"
Result<Milliseconds> ParseDuration(std::string_view text);  // "500ms", "30s", "5m", "1h"
Result<std::uint64_t> ParseNumber(std::string_view text);
Result<bool> ParseSwitch(std::string_view text);  // "true", "false"

}  // namespace vss::server

#endif  // VSS_SERVER_CONFIG_SETTINGS_H_
