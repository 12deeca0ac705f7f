// Proofs of who is calling, as wallets make them.
#ifndef VSS_TESTS_E2E_CREDENTIALS_H_
#define VSS_TESTS_E2E_CREDENTIALS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "auth/jwt.h"
#include "auth/signature.h"
#include "auth/test_keys.h"
#include "base/entropy.h"
#include "crypto/secp256k1.h"

namespace vss::testing {

// The Authorization header of a wallet, one for each `wallet`, signed at that time.
inline std::string SignatureOf(std::uint8_t wallet, auth::UnixSeconds at) {
  crypto::Secret<32> secret;
  std::ranges::fill(secret.Writable(), wallet);
  SystemEntropy entropy;
  return auth::SignatureCredentials(*crypto::SigningKey::Make(std::move(secret), entropy))
      .HeaderAt(at);
}

// A token of `subject`, signed with the key of tests/vectors/rsa/public-2048.pem.
inline std::string TokenOf(const std::string& subject) {
  return "Bearer " + auth::SignJwt(auth::PrivateKeyOf("private-2048.pem"),
                                   R"({"sub":")" + subject + R"(","exp":4102444800})");
}

}  // namespace vss::testing

#endif  // VSS_TESTS_E2E_CREDENTIALS_H_
