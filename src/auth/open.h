// No authentication: whoever calls is the one tenant there is.  For tests, and for a server that
// only its owner can reach.
#ifndef VSS_AUTH_OPEN_H_
#define VSS_AUTH_OPEN_H_

#include "auth/authorizer.h"

namespace vss::auth {

inline constexpr std::string_view kOpenTenant = "unauth-user";

class OpenAuthorizer final : public Authorizer {
 public:
  Result<Identity> Identify(std::optional<std::string_view>) override {
    return Identity{std::string(kOpenTenant)};
  }
  std::optional<Identity> Recognize(std::optional<std::string_view>) override {
    return Identity{std::string(kOpenTenant)};
  }
};

}  // namespace vss::auth

#endif  // VSS_AUTH_OPEN_H_
