// RSA signatures with SHA-256 as JSON Web Tokens use them: RS256, which is RSASSA-PKCS1-v1_5.
//
// Keys come as PEM text.  Its base64 may stand in one line or many, and be indented: that is what
// passes through environment variables and YAML files.  Keys have 2048 to 16384 bits.
#ifndef VSS_CRYPTO_RSA_H_
#define VSS_CRYPTO_RSA_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/failure.h"

struct evp_pkey_st;

namespace vss::crypto {

using RsaKey = std::unique_ptr<evp_pkey_st, void (*)(evp_pkey_st* key)>;

// Threads: every method, any thread.
class RsaPublicKey final {
 public:
  // From a `PUBLIC KEY` (SubjectPublicKeyInfo) or an `RSA PUBLIC KEY` (PKCS#1).  kInvalid, with a
  // message for the operator, if it is anything else.
  static Result<RsaPublicKey> Parse(std::string_view pem);

  // Whether `signature` was made over `message` by the private half of this key.
  bool Verify(ByteView message, ByteView signature) const;

 private:
  explicit RsaPublicKey(RsaKey key) : key_(std::move(key)) {}
  RsaKey key_;
};

// Threads: every method, any thread.
class RsaPrivateKey final {
 public:
  // From a `PRIVATE KEY` (PKCS#8) or an `RSA PRIVATE KEY` (PKCS#1) without a password.  Lines as
  // usual: a private key is read from a file.
  static Result<RsaPrivateKey> Parse(std::string_view pem);

  std::string Sign(ByteView message) const;

 private:
  explicit RsaPrivateKey(RsaKey key) : key_(std::move(key)) {}
  RsaKey key_;
};

}  // namespace vss::crypto

#endif  // VSS_CRYPTO_RSA_H_
