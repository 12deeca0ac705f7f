#include "server/http/local_only.h"

#include <algorithm>

#include "server/config/validate.h"
#include "server/http/ascii.h"

namespace vss::server {

bool IsLocalHost(std::string_view host) {
  const std::size_t end = host.starts_with('[') ? host.find(']') : host.find(':');
  std::string_view name = host.substr(0, end);
  if (name.starts_with('[')) name.remove_prefix(1);
  return EqualsIgnoringCase(name, "localhost") || IsLoopback(name);
}

bool LocalOnly::Admits(const RequestHead& head) const {
  const auto host = head.Header("host");
  if (host && !IsLocalHost(*host)) return false;
  const auto origin = head.Header("origin");
  return !origin || std::any_of(origins_.begin(), origins_.end(), [&](const std::string& allowed) {
    return allowed == "*" || allowed == *origin;
  });
}

}  // namespace vss::server
