// The little of a URL that decides whom secrets may be sent to.
#ifndef VSS_CLIENT_URL_H_
#define VSS_CLIENT_URL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vss::client {

struct UrlParts {
  std::string scheme;  // "http" or "https".
  std::string host;    // In lower case, without the port; an IPv6 address in brackets.
  std::uint16_t port;  // The scheme's, if none is given.
  bool operator==(const UrlParts&) const = default;
};

// Nullopt unless it is an absolute http or https URL of printable ASCII without a user name, query
// or fragment.
std::optional<UrlParts> ParseBaseUrl(std::string_view url);

bool IsLoopback(std::string_view host);  // Never leaves this machine.
bool IsOnion(std::string_view host);     // Tor encrypts, and the name is the server's key.

}  // namespace vss::client

#endif  // VSS_CLIENT_URL_H_
