#include "vss/signer/hidden_key.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "crypto/base64_bits.h"
#include "seal/signer/wire.h"

// master          = 32 bytes
// prk             = HMAC(key "pseudo_random_key", master)
// obfuscation key = HMAC(key "obfuscation_key", prk)
// hashing key     = HMAC(key obfuscation key || "hashing_key", prk)
//
// nonce(x)        = 4 zero bytes, then the first 8 of HMAC(key x, hashing key)
// n1              = nonce(name)            name    -> c, t1   encrypted with n1
// n2              = nonce(c)               n1      -> w, t2   encrypted with n2
// hidden          = base64(c || t1 || w || t2), no padding
//
// All encryption is with the obfuscation key and without associated data.

namespace vss::seal {
namespace {

// What follows the encrypted name.
struct Trailer {
  Tag name_tag;
  Nonce nonce;  // Wrapped.
  Tag nonce_tag;
};
constexpr std::size_t kTrailerBytes = kTagBytes + kNonceBytes + kTagBytes;
static_assert(ObfuscatedSize(0) == (kTrailerBytes * 4 + 2) / 3 && ObfuscatedSize(0) == 59);

bool SyntheticNonce(const Crypto& crypto, const ObfuscationKeys& keys, ByteView of, Nonce& nonce) {
  Mac mac;
  if (!crypto.hmac_sha256(crypto.context, of, keys.hashing.Bytes(), mac)) return false;
  nonce.fill(0);
  std::copy_n(mac.begin(), 8, nonce.begin() + 4);
  return true;
}

std::span<std::uint8_t> AsBytes(std::span<char> text) {
  return {reinterpret_cast<std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Status DeriveObfuscationKeys(const Crypto& crypto, KeyView master, ObfuscationKeys& keys) {
  constexpr std::string_view kHashingLabel = "hashing_key";
  const auto derive = [&crypto](ByteView secret, ByteView label, Secret<kMacBytes>& derived) {
    Mac mac;
    const bool is_done = crypto.hmac_sha256(crypto.context, label, secret, mac);
    std::ranges::copy(mac, derived.Writable().begin());
    Wipe(mac);
    return is_done;
  };

  Secret<kMacBytes> prk;
  Secret<kKeyBytes + kHashingLabel.size()> hashing_label;
  if (!derive(master, BytesOf("pseudo_random_key"), prk) ||
      !derive(prk.Bytes(), BytesOf("obfuscation_key"), keys.obfuscation)) {
    return Status::kCryptoFailed;
  }
  std::ranges::copy(keys.obfuscation.Bytes(), hashing_label.Writable().begin());
  std::ranges::copy(kHashingLabel, hashing_label.Writable().begin() + kKeyBytes);
  if (!derive(prk.Bytes(), hashing_label.Bytes(), keys.hashing)) return Status::kCryptoFailed;
  return Status::kOk;
}

Written Obfuscate(const Crypto& crypto, const ObfuscationKeys& keys, std::string_view name,
                  std::span<char> out) {
  const std::size_t size = ObfuscatedSize(name.size());
  if (out.size() < size) return {Status::kBufferTooSmall, size};
  // The bytes are made at the end of the buffer, and turned into text from its beginning: the
  // digits never overtake the bytes that are still to be read.
  const std::span<std::uint8_t> raw = AsBytes(out.first(size)).last(name.size() + kTrailerBytes);
  const std::span<std::uint8_t> encrypted = raw.first(name.size());
  std::ranges::copy(BytesOf(name), encrypted.begin());

  const KeyView key = keys.obfuscation.Bytes();
  Trailer trailer;
  Nonce wrapping_nonce;
  Nonce name_nonce;
  if (!SyntheticNonce(crypto, keys, BytesOf(name), name_nonce) ||
      !crypto.encrypt(crypto.context, key, name_nonce, {}, encrypted, trailer.name_tag) ||
      !SyntheticNonce(crypto, keys, encrypted, wrapping_nonce)) {
    Wipe(encrypted);
    return {Status::kCryptoFailed, 0};
  }
  trailer.nonce = name_nonce;
  if (!crypto.encrypt(crypto.context, key, wrapping_nonce, {}, trailer.nonce, trailer.nonce_tag)) {
    return {Status::kCryptoFailed, 0};
  }
  auto end = std::ranges::copy(trailer.name_tag, raw.begin() + encrypted.size()).out;
  end = std::ranges::copy(trailer.nonce, end).out;
  std::ranges::copy(trailer.nonce_tag, end);

  char* digit = out.data();
  crypto::EncodeBase64Bits(raw, crypto::kStandardBase64, [&digit](char c) { *digit++ = c; });
  return {Status::kOk, size};
}

Written Deobfuscate(const Crypto& crypto, const ObfuscationKeys& keys, std::string_view text,
                    std::span<char> out) {
  const std::optional<std::size_t> size = DeobfuscatedSize(text.size());
  if (!size) return {Status::kMalformed, 0};
  if (out.size() < *size) return {Status::kBufferTooSmall, *size};
  const std::span<std::uint8_t> name = AsBytes(out.first(*size));
  std::array<std::uint8_t, kTrailerBytes> trailer_bytes;
  std::size_t count = 0;
  const auto put = [&](std::uint8_t byte) {
    (count < name.size() ? name[count] : trailer_bytes[count - name.size()]) = byte;
    ++count;
  };
  if (!crypto::DecodeBase64Bits(text, crypto::kStandardBase64, put)) {
    return {Status::kMalformed, 0};
  }
  Trailer trailer;
  std::copy_n(trailer_bytes.begin(), kTagBytes, trailer.name_tag.begin());
  std::copy_n(trailer_bytes.begin() + kTagBytes, kNonceBytes, trailer.nonce.begin());
  std::copy_n(trailer_bytes.end() - kTagBytes, kTagBytes, trailer.nonce_tag.begin());

  const KeyView key = keys.obfuscation.Bytes();
  Nonce nonce;
  if (!SyntheticNonce(crypto, keys, name, nonce)) return {Status::kCryptoFailed, 0};
  if (!crypto.decrypt(crypto.context, key, nonce, {}, trailer.nonce, trailer.nonce_tag) ||
      !crypto.decrypt(crypto.context, key, trailer.nonce, {}, name, trailer.name_tag)) {
    Wipe(name);
    return {Status::kNotAuthentic, 0};
  }
  if (!IsUtf8(TextOf(name))) {
    Wipe(name);
    return {Status::kMalformed, 0};
  }
  return {Status::kOk, *size};
}

}  // namespace vss::seal
