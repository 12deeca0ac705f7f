// What a Config must satisfy beyond the form of each setting.
#ifndef VSS_SERVER_CONFIG_VALIDATE_H_
#define VSS_SERVER_CONFIG_VALIDATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/failure.h"
#include "server/config/config.h"

namespace vss::server {

Result<Done> Validate(const Config& config);

struct HostPort {
  std::string host;  // Without the brackets of an IPv6 address.
  std::uint16_t port = 0;
};
// Without a port in `text` it is `default_port`, or a failure if there is none.
Result<HostPort> ParseHostPort(std::string_view text,
                               std::optional<std::uint16_t> default_port = std::nullopt);

inline constexpr std::uint16_t kLssPort = 55551;  // Where signers look by themselves.

bool IsLoopback(std::string_view host);

// Whether every one of `hosts` (host:port or a socket's folder, separated by commas) is this
// machine.
bool AreAllLocal(std::string_view hosts);

}  // namespace vss::server

#endif  // VSS_SERVER_CONFIG_VALIDATE_H_
