// JSON Web Tokens, signed by whoever keeps the accounts (RFC 7519, RS256 and nothing else).  The
// tenant is the token's subject.
//
// A token opens every store of its subject, and counts until it expires: keep that short.
#ifndef VSS_AUTH_JWT_H_
#define VSS_AUTH_JWT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "auth/scheme.h"
#include "crypto/rsa.h"

namespace vss::auth {

inline constexpr std::string_view kBearer = "Bearer ";
inline constexpr std::size_t kJwtBytesMax = std::size_t{16} << 10;
inline constexpr UnixSeconds kJwtLeeway = 60;  // How long a token counts after it has expired.

class JwtScheme final : public Scheme {
 public:
  // A token counts if any of `keys`, of which there is at least one, verifies it: while keys are
  // rotated, both the old and the new one are here.
  explicit JwtScheme(std::vector<crypto::RsaPublicKey> keys);

  Result<Proof> Verify(std::string_view header, UnixSeconds now) const override;

 private:
  std::vector<crypto::RsaPublicKey> keys_;
};

// The token that says `claims`, a JSON object.  For tests, and for who keeps accounts by hand.
std::string SignJwt(const crypto::RsaPrivateKey& key, std::string_view claims);

}  // namespace vss::auth

#endif  // VSS_AUTH_JWT_H_
