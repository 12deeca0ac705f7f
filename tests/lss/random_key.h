// A key that nobody else has.
#ifndef VSS_TESTS_LSS_RANDOM_KEY_H_
#define VSS_TESTS_LSS_RANDOM_KEY_H_

#include "base/entropy.h"
#include "crypto/secp256k1.h"
#include "crypto/secret.h"

namespace vss::testing {

inline crypto::Secret<32> RandomSecret() {
  SystemEntropy entropy;
  crypto::Secret<32> secret;
  entropy.Fill(secret.Writable());
  return secret;
}

inline crypto::SigningKey KeyFrom(const crypto::Secret<32>& secret) {
  SystemEntropy entropy;
  return crypto::SigningKey::Make(crypto::Secret<32>(secret.Bytes()), entropy).value();
}

inline crypto::SigningKey RandomKey() { return KeyFrom(RandomSecret()); }

}  // namespace vss::testing

#endif  // VSS_TESTS_LSS_RANDOM_KEY_H_
