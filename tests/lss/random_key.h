// A key that nobody else has.
#ifndef VSS_TESTS_LSS_RANDOM_KEY_H_
#define VSS_TESTS_LSS_RANDOM_KEY_H_

#include <utility>

#include "base/entropy.h"
#include "crypto/secp256k1.h"
#include "crypto/secret.h"

namespace vss::testing {

inline crypto::SigningKey RandomKey() {
  SystemEntropy entropy;
  crypto::Secret<32> secret;
  entropy.Fill(secret.Writable());
  return crypto::SigningKey::Make(std::move(secret), entropy).value();
}

}  // namespace vss::testing

#endif  // VSS_TESTS_LSS_RANDOM_KEY_H_
