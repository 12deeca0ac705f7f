#include "crypto/sha512.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"

namespace vss::crypto {
namespace {

// An empty password or key needs an address too.
const std::uint8_t* AddressOf(ByteView bytes) {
  static constexpr std::uint8_t kNothing = 0;
  return bytes.empty() ? &kNothing : bytes.data();
}

}  // namespace

Secret<64> HmacSha512(ByteView key, ByteView message) {
  Secret<64> mac;
  unsigned int size = 0;
  CHECK(HMAC(EVP_sha512(), AddressOf(key), static_cast<int>(key.size()), AddressOf(message),
             message.size(), mac.Writable().data(), &size) != nullptr);
  CHECK(size == mac.Bytes().size());
  return mac;
}

Secret<64> Pbkdf2HmacSha512(ByteView password, ByteView salt, std::uint32_t iterations) {
  Secret<64> derived;
  CHECK(PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(AddressOf(password)),
                          static_cast<int>(password.size()), AddressOf(salt),
                          static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha512(),
                          static_cast<int>(derived.Bytes().size()),
                          derived.Writable().data()) == 1);
  return derived;
}

}  // namespace vss::crypto
