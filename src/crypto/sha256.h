// SHA-256 and HMAC-SHA256.
#ifndef VSS_CRYPTO_SHA256_H_
#define VSS_CRYPTO_SHA256_H_

#include <array>
#include <cstdint>
#include <initializer_list>

#include "base/bytes.h"

namespace vss::crypto {

using Digest = std::array<std::uint8_t, 32>;

// Of all the parts, one behind the other.
Digest Sha256(std::initializer_list<ByteView> parts);
Digest HmacSha256(ByteView key, std::initializer_list<ByteView> parts);

}  // namespace vss::crypto

#endif  // VSS_CRYPTO_SHA256_H_
