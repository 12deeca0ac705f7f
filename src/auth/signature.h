// Proof that the caller knows a private key.  The tenant is the public key, so wallets need no
// account: they derive the key from their seed.
//
// The proof covers no request: who sees the header can use it for a day.  It belongs inside TLS.
#ifndef VSS_AUTH_SIGNATURE_H_
#define VSS_AUTH_SIGNATURE_H_

#include <string>
#include <string_view>
#include <utility>

#include "auth/scheme.h"
#include "crypto/secp256k1.h"

namespace vss::auth {

// How far the time of a signature may be from now, before and after, both ends included.
inline constexpr UnixSeconds kSignatureWindow = 86'400;

class SignatureScheme final : public Scheme {
 public:
  Result<Proof> Verify(std::string_view header, UnixSeconds now) const override;
};

// What tenants of this scheme are called: the public key in 66 lower-case hex digits.
bool IsSignatureTenant(std::string_view tenant);

// The client's side.
//
// Threads:  every method, any thread.
class SignatureCredentials final {
 public:
  explicit SignatureCredentials(crypto::SigningKey key) : key_(std::move(key)) {}

  std::string Tenant() const;
  std::string HeaderAt(UnixSeconds now) const;

 private:
  crypto::SigningKey key_;
};

}  // namespace vss::auth

#endif  // VSS_AUTH_SIGNATURE_H_
