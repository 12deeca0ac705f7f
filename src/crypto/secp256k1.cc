#include "crypto/secp256k1.h"

#include <secp256k1.h>
#include <secp256k1_ecdh.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "base/check.h"

namespace vss::crypto {
namespace {

using Context =
    std::unique_ptr<secp256k1_context_struct, void (*)(secp256k1_context_struct* context)>;

Context MakeContext() {
  return Context(secp256k1_context_create(SECP256K1_CONTEXT_NONE), &secp256k1_context_destroy);
}

std::optional<CompressedKey> PublicKeyIn(const secp256k1_context* context,
                                         const Secret<32>& secret) {
  secp256k1_pubkey point;
  if (secp256k1_ec_pubkey_create(context, &point, secret.Bytes().data()) != 1) return std::nullopt;
  CompressedKey public_key;
  std::size_t size = public_key.size();
  CHECK(secp256k1_ec_pubkey_serialize(context, public_key.data(), &size, &point,
                                      SECP256K1_EC_COMPRESSED) == 1);
  return public_key;
}

}  // namespace

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

std::vector<std::uint8_t> EncodeDer(const CompactSignature& signature) {
  const secp256k1_context* const context = secp256k1_context_static;
  secp256k1_ecdsa_signature parsed;
  CHECK(secp256k1_ecdsa_signature_parse_compact(context, &parsed, signature.data()) == 1);
  std::vector<std::uint8_t> der(
      72);  // Two numbers of up to 33 bytes, two bytes before each, and two.
  std::size_t size = der.size();
  CHECK(secp256k1_ecdsa_signature_serialize_der(context, der.data(), &size, &parsed) == 1);
  der.resize(size);
  return der;
}

std::optional<CompressedKey> PublicKeyOf(const Secret<32>& secret) {
  return PublicKeyIn(MakeContext().get(), secret);
}

std::optional<Secret<32>> AddSecretKeys(const Secret<32>& a, const Secret<32>& b) {
  const secp256k1_context* const context = secp256k1_context_static;
  if (secp256k1_ec_seckey_verify(context, b.Bytes().data()) != 1) return std::nullopt;
  Secret<32> sum(a.Bytes());
  if (secp256k1_ec_seckey_tweak_add(context, sum.Writable().data(), b.Bytes().data()) != 1) {
    return std::nullopt;
  }
  return sum;
}

std::optional<SigningKey> SigningKey::Make(Secret<32> secret, Entropy& entropy) {
  Context context = MakeContext();
  Secret<32> seed;
  entropy.Fill(seed.Writable());
  CHECK(secp256k1_context_randomize(context.get(), seed.Bytes().data()) == 1);
  const auto public_key = PublicKeyIn(context.get(), secret);
  if (!public_key) return std::nullopt;
  return SigningKey(std::move(secret), std::move(context), *public_key);
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

std::optional<Secret<32>> SigningKey::SharedSecretWith(const CompressedKey& other) const {
  secp256k1_pubkey point;
  if (secp256k1_ec_pubkey_parse(context_.get(), &point, other.data(), other.size()) != 1) {
    return std::nullopt;
  }
  Secret<32> shared;
  CHECK(secp256k1_ecdh(context_.get(), shared.Writable().data(), &point, secret_.Bytes().data(),
                       secp256k1_ecdh_hash_function_default, nullptr) == 1);
  return shared;
}

}  // namespace vss::crypto
