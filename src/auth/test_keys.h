// Keys of which both halves are published in tests/vectors/rsa.
#ifndef VSS_AUTH_TEST_KEYS_H_
#define VSS_AUTH_TEST_KEYS_H_

#include <string>
#include <utility>

#include "crypto/rsa.h"
#include "tests/support/vectors.h"

namespace vss::auth {

inline crypto::RsaPublicKey PublicKeyOf(const std::string& name) {
  return crypto::RsaPublicKey::Parse(testing::ReadVectorFile("rsa/" + name)).value();
}

inline crypto::RsaPrivateKey PrivateKeyOf(const std::string& name) {
  return crypto::RsaPrivateKey::Parse(testing::ReadVectorFile("rsa/" + name)).value();
}

}  // namespace vss::auth

#endif  // VSS_AUTH_TEST_KEYS_H_
