// Keys on secp256k1: signatures, and secrets that two keys share.
//
// ECDSA as Bitcoin signs: over a digest, deterministic nonces (RFC 6979), and of the two signatures
// that every pair of key and digest has only the one with the low s.
#ifndef VSS_CRYPTO_SECP256K1_H_
#define VSS_CRYPTO_SECP256K1_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/entropy.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

struct secp256k1_context_struct;

namespace vss::crypto {

using CompressedKey = std::array<std::uint8_t, 33>;     // 02 or 03, then x, big-endian.
using CompactSignature = std::array<std::uint8_t, 64>;  // r and s, big-endian.

enum class EcdsaVerdict {
  kValid,
  kBadKey,        // Not a point of the curve.
  kBadSignature,  // r or s is no number below the group order.
  kInvalid,       // Not made by this key for this digest; or with a high s.
};

// The first thing that is wrong, in the order above.
//
// Threads: any.
EcdsaVerdict VerifyEcdsa(const CompressedKey& key, const Digest& digest,
                         const CompactSignature& signature);

// `signature` as DER writes it, the way of Bitcoin and LNURL.
std::vector<std::uint8_t> EncodeDer(const CompactSignature& signature);

// Nullopt if `secret` is zero or not below the group order.
std::optional<CompressedKey> PublicKeyOf(const Secret<32>& secret);

// The sum modulo the group order.  Nullopt if it is zero, or if either is no number below the
// order.
std::optional<Secret<32>> AddSecretKeys(const Secret<32>& a, const Secret<32>& b);

// A secret key and what can be done with it.
//
// Threads: every method, any thread.
class SigningKey final {
 public:
  // Nullopt if `secret` is zero or not below the group order.  `entropy` blinds the arithmetic
  // against a neighbour who listens; it does not change any result.
  static std::optional<SigningKey> Make(Secret<32> secret, Entropy& entropy);

  const CompressedKey& PublicKey() const { return public_key_; }
  CompactSignature Sign(const Digest& digest) const;
  // What only the holders of this key and of the one behind `other` can know: SHA-256 of the
  // product of the two, compressed.  Nullopt if `other` is not a point of the curve.
  std::optional<Secret<32>> SharedSecretWith(const CompressedKey& other) const;

 private:
  using Context =
      std::unique_ptr<secp256k1_context_struct, void (*)(secp256k1_context_struct* context)>;

  SigningKey(Secret<32> secret, Context context, CompressedKey public_key);

  Secret<32> secret_;
  Context context_;
  CompressedKey public_key_;
};

}  // namespace vss::crypto

#endif  // VSS_CRYPTO_SECP256K1_H_
