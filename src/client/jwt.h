// What a client reads of a token that it passes on: until when it counts.  The signature is the
// server's business.
#ifndef VSS_CLIENT_JWT_H_
#define VSS_CLIENT_JWT_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "vss/failure.h"

namespace vss::client {

struct JwtExpiry {
  std::optional<std::uint64_t> at = std::nullopt;  // Unix seconds; never, if there is none.
};

// kCorrupt unless it is three parts of unpadded base64url, the second a JSON object whose `exp` is
// absent, null or an unsigned integer.
Result<JwtExpiry> ParseJwt(std::string_view token);

}  // namespace vss::client

#endif  // VSS_CLIENT_JWT_H_
