// SHA-256 and HMAC-SHA256.
#ifndef VSS_CRYPTO_SHA256_H_
#define VSS_CRYPTO_SHA256_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include "base/bytes.h"

struct evp_mac_ctx_st;

namespace vss::crypto {

using Digest = std::array<std::uint8_t, 32>;

// Of all the parts, one behind the other.
Digest Sha256(std::initializer_list<ByteView> parts);
Digest HmacSha256(ByteView key, std::initializer_list<ByteView> parts);

// The same, for parts that are not all known at once.
//
// Threads: one at a time.
class HmacSha256Writer final {
 public:
  explicit HmacSha256Writer(ByteView key);

  void Write(ByteView part);
  Digest Finish();  // Once, after the last Write.

 private:
  std::unique_ptr<evp_mac_ctx_st, void (*)(evp_mac_ctx_st* context)> context_;
};

}  // namespace vss::crypto

#endif  // VSS_CRYPTO_SHA256_H_
