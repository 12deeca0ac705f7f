#include "crypto/secp256k1.h"

#include <secp256k1.h>

#include <cstddef>
#include <utility>

#include "base/check.h"

namespace vss::crypto {

EcdsaVerdict VerifyEcdsa(const CompressedKey& key, const Digest& digest,
                         const CompactSignature& signature) {
  const secp256k1_context* const context = secp256k1_context_static;
  secp256k1_pubkey parsed_key;
  if (secp256k1_ec_pubkey_parse(context, &parsed_key, key.data(), key.size()) != 1) {
    return EcdsaVerdict::kBadKey;
  }
  secp256k1_ecdsa_signature parsed;
  if (secp256k1_ecdsa_signature_parse_compact(context, &parsed, signature.data()) != 1) {
    return EcdsaVerdict::kBadSignature;
  }
  // Not normalised first: that would accept a high s, and with it a second text of every proof.
  const bool is_valid = secp256k1_ecdsa_verify(context, &parsed, digest.data(), &parsed_key) == 1;
  return is_valid ? EcdsaVerdict::kValid : EcdsaVerdict::kInvalid;
}

std::optional<SigningKey> SigningKey::Make(Secret<32> secret, Entropy& entropy) {
  Context context(secp256k1_context_create(SECP256K1_CONTEXT_NONE), &secp256k1_context_destroy);
  Secret<32> seed;
  entropy.Fill(seed.Writable());
  CHECK(secp256k1_context_randomize(context.get(), seed.Bytes().data()) == 1);

  secp256k1_pubkey point;
  if (secp256k1_ec_pubkey_create(context.get(), &point, secret.Bytes().data()) != 1) {
    return std::nullopt;
  }
  CompressedKey public_key;
  std::size_t size = public_key.size();
  CHECK(secp256k1_ec_pubkey_serialize(context.get(), public_key.data(), &size, &point,
                                      SECP256K1_EC_COMPRESSED) == 1);
  return SigningKey(std::move(secret), std::move(context), public_key);
}

SigningKey::SigningKey(Secret<32> secret, Context context, CompressedKey public_key)
    : secret_(std::move(secret)), context_(std::move(context)), public_key_(public_key) {}

CompactSignature SigningKey::Sign(const Digest& digest) const {
  secp256k1_ecdsa_signature signature;
  CHECK(secp256k1_ecdsa_sign(context_.get(), &signature, digest.data(), secret_.Bytes().data(),
                             secp256k1_nonce_function_rfc6979, nullptr) == 1);
  CompactSignature compact;
  secp256k1_ecdsa_signature_serialize_compact(context_.get(), compact.data(), &signature);
  return compact;
}

}  // namespace vss::crypto
