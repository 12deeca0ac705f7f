// Tokens and signatures side by side, told apart by the form of the header.
//
// Their tenants never mix: a token whose subject is a public key of the other scheme is refused, so
// that nobody who issues tokens can open the stores of a wallet that signs.
#ifndef VSS_AUTH_COMBINED_H_
#define VSS_AUTH_COMBINED_H_

#include <string_view>
#include <utility>

#include "auth/jwt.h"
#include "auth/scheme.h"
#include "auth/signature.h"

namespace vss::auth {

class CombinedScheme final : public Scheme {
 public:
  explicit CombinedScheme(JwtScheme tokens) : tokens_(std::move(tokens)) {}

  Result<Proof> Verify(std::string_view header, UnixSeconds now) const override {
    if (!header.starts_with(kBearer)) return signatures_.Verify(header, now);
    VSS_TRY(Proof proof, tokens_.Verify(header, now));
    if (IsSignatureTenant(proof.tenant)) return Denied("The subject is a public key");
    return proof;
  }

 private:
  JwtScheme tokens_;
  SignatureScheme signatures_;
};

}  // namespace vss::auth

#endif  // VSS_AUTH_COMBINED_H_
