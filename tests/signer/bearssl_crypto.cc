#include "bearssl_crypto.h"

#include <bearssl.h>

#include "vss/secret.h"

namespace firmware {
namespace {

using vss::ByteView;
using vss::seal::KeyView;
using vss::seal::Mac;
using vss::seal::Nonce;
using vss::seal::Tag;

bool HmacSha256(void* /*context*/, ByteView key, ByteView message, Mac& mac) {
  br_hmac_key_context with_key;
  br_hmac_key_init(&with_key, &br_sha256_vtable, key.data(), key.size());
  br_hmac_context hmac;
  br_hmac_init(&hmac, &with_key, 0);
  br_hmac_update(&hmac, message.data(), message.size());
  br_hmac_out(&hmac, mac.data());
  return true;
}

void Run(KeyView key, const Nonce& nonce, ByteView aad, std::span<std::uint8_t> data, Tag& tag,
         bool is_encryption) {
  br_poly1305_ctmul_run(key.data(), nonce.data(), data.data(), data.size(), aad.data(), aad.size(),
                        tag.data(), &br_chacha20_ct_run, is_encryption ? 1 : 0);
}

bool Encrypt(void* /*context*/, KeyView key, const Nonce& nonce, ByteView aad,
             std::span<std::uint8_t> data, Tag& tag) {
  Run(key, nonce, aad, data, tag, true);
  return true;
}

bool Decrypt(void* /*context*/, KeyView key, const Nonce& nonce, ByteView aad,
             std::span<std::uint8_t> data, const Tag& tag) {
  Tag expected;
  Run(key, nonce, aad, data, expected, false);
  return vss::IsEqualInConstantTime(expected, tag);
}

constexpr vss::seal::Crypto kCrypto = {nullptr, &HmacSha256, &Encrypt, &Decrypt};

}  // namespace

const vss::seal::Crypto& BearSslCrypto() { return kCrypto; }

}  // namespace firmware
