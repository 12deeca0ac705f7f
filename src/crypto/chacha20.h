// The stream cipher ChaCha20 (RFC 8439, section 2.4) without an authenticator, its block counter
// starting at 0.
//
// The same key and nonce for two texts gives both away.  Use it only where a format that others
// have made asks for it.
#ifndef VSS_CRYPTO_CHACHA20_H_
#define VSS_CRYPTO_CHACHA20_H_

#include <cstdint>
#include <span>

namespace vss::crypto {

// Encrypts `bytes` in place; done twice, decrypts them.  At most 256 GiB.
void ChaCha20(std::span<const std::uint8_t, 32> key, std::span<const std::uint8_t, 12> nonce,
              std::span<std::uint8_t> bytes);

}  // namespace vss::crypto

#endif  // VSS_CRYPTO_CHACHA20_H_
