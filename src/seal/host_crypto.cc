#include "vss/host_crypto.h"

#include "crypto/chacha20_poly1305.h"
#include "crypto/sha256.h"

namespace vss::seal {
namespace {

bool HmacSha256(void* /*context*/, ByteView key, ByteView message, Mac& mac) {
  mac = crypto::HmacSha256(key, {message});
  return true;
}

bool Encrypt(void* /*context*/, KeyView key, const Nonce& nonce, ByteView aad,
             std::span<std::uint8_t> data, Tag& tag) {
  tag = crypto::EncryptChaCha20Poly1305(key, nonce, aad, data);
  return true;
}

bool Decrypt(void* /*context*/, KeyView key, const Nonce& nonce, ByteView aad,
             std::span<std::uint8_t> data, const Tag& tag) {
  return crypto::DecryptChaCha20Poly1305(key, nonce, aad, data, tag);
}

bool Fill(void* entropy, std::span<std::uint8_t> bytes) {
  static_cast<Entropy*>(entropy)->Fill(bytes);
  return true;
}

}  // namespace

const Crypto& HostCrypto() {
  static constexpr Crypto kCrypto = {nullptr, &HmacSha256, &Encrypt, &Decrypt};
  return kCrypto;
}

EntropySource SourceOf(Entropy& entropy) { return {&entropy, &Fill}; }

}  // namespace vss::seal
