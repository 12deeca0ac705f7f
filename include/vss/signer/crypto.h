// The cryptography that sealing stands on, as a table, so that a signer brings what it has.
// Programs on ordinary machines take the one in vss/host_crypto.h.
#ifndef VSS_SIGNER_CRYPTO_H_
#define VSS_SIGNER_CRYPTO_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vss/bytes.h"

namespace vss::seal {

inline constexpr std::size_t kKeyBytes = 32;
inline constexpr std::size_t kNonceBytes = 12;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kMacBytes = 32;

using KeyView = std::span<const std::uint8_t, kKeyBytes>;
using Nonce = std::array<std::uint8_t, kNonceBytes>;
using Tag = std::array<std::uint8_t, kTagBytes>;
using Mac = std::array<std::uint8_t, kMacBytes>;

// `context` is handed to every function; a table may be used by as many threads as they allow.
struct Crypto {
  void* context;

  // HMAC-SHA256 (RFC 2104) with a key of any size, also an empty one.
  bool (*hmac_sha256)(void* context, ByteView key, ByteView message, Mac& mac);

  // ChaCha20-Poly1305 (RFC 8439) in place.  False only if something broke.
  bool (*encrypt)(void* context, KeyView key, const Nonce& nonce, ByteView aad,
                  std::span<std::uint8_t> data, Tag& tag);

  // In place.  False unless `tag` is right; `data` may then hold anything, and is wiped by the
  // caller.  Tags are to be compared in constant time.
  bool (*decrypt)(void* context, KeyView key, const Nonce& nonce, ByteView aad,
                  std::span<std::uint8_t> data, const Tag& tag);
};

// Bytes that nobody can guess.  A source that repeats itself gives the plaintext away: take the
// hardware's or the operating system's, and see to it that two of the same seed never exist.
struct EntropySource {
  void* context;
  bool (*fill)(void* context, std::span<std::uint8_t> bytes);
};

}  // namespace vss::seal

#endif  // VSS_SIGNER_CRYPTO_H_
