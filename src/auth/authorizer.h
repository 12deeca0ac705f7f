// Who is calling?  The one question that the service asks this room.
#ifndef VSS_AUTH_AUTHORIZER_H_
#define VSS_AUTH_AUTHORIZER_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/failure.h"

namespace vss::auth {

struct Identity {
  std::string tenant;  // 1 to kTenantCodePointsMax characters, none of them NUL, not reserved.

  bool operator==(const Identity&) const = default;
};

// `authorization` is the value of the HTTP header of that name, or nullopt if there was none.
//
// Threads:  every method, any thread.
class Authorizer {
 public:
  virtual ~Authorizer() = default;

  // Who sent `authorization`.  kDenied, with the reason, if it proves nothing now.
  virtual Result<Identity> Identify(std::optional<std::string_view> authorization) = 0;

  // The same answer if it is known already and costs next to nothing.  Nullopt says nothing at all:
  // ask Identify, unless the client has had its share of expensive questions.
  virtual std::optional<Identity> Recognize(std::optional<std::string_view> authorization) = 0;
};

}  // namespace vss::auth

#endif  // VSS_AUTH_AUTHORIZER_H_
