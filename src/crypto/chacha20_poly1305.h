// ChaCha20-Poly1305, the authenticated cipher of RFC 8439, in place and with a tag of its own.
//
// Threads: any.
#ifndef VSS_CRYPTO_CHACHA20_POLY1305_H_
#define VSS_CRYPTO_CHACHA20_POLY1305_H_

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace vss::crypto {

using AeadKey = std::span<const std::uint8_t, 32>;
using AeadNonce = std::array<std::uint8_t, 12>;
using AeadTag = std::array<std::uint8_t, 16>;

AeadTag EncryptChaCha20Poly1305(AeadKey key, const AeadNonce& nonce, ByteView aad,
                                std::span<std::uint8_t> data);

// False unless `tag` was made for all the rest; `data` is then of no use.
bool DecryptChaCha20Poly1305(AeadKey key, const AeadNonce& nonce, ByteView aad,
                             std::span<std::uint8_t> data, const AeadTag& tag);

}  // namespace vss::crypto

#endif  // VSS_CRYPTO_CHACHA20_POLY1305_H_
