#include "vss/extended_key.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/check.h"
#include "crypto/secp256k1.h"
#include "crypto/sha512.h"

// BIP32: https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki
//
// master = HMAC-SHA512(key "Bitcoin seed", seed): 32 bytes of key, 32 of chain code
// child  = HMAC-SHA512(key chain code, data): 32 bytes to add to the key, 32 of chain code
// data   = 00 || key || index           if the index is hardened (2^31 and above)
//          public key || index          else; the index in four bytes, big-endian

namespace vss::seal {
namespace {

using Half = std::span<const std::uint8_t, 32>;
Half Left(const Secret<64>& mac) { return mac.Bytes().first<32>(); }
Half Right(const Secret<64>& mac) { return mac.Bytes().last<32>(); }

}  // namespace

Result<ExtendedKey> ExtendedKey::FromSeed(ByteView seed) {
  if (seed.size() < 16 || seed.size() > 64) return Invalid("a seed has 16 to 64 bytes");
  const Secret<64> mac = crypto::HmacSha512(BytesOf("Bitcoin seed"), seed);
  Secret<32> key(Left(mac));
  if (!crypto::PublicKeyOf(key)) return Invalid("this seed has no master key");
  return ExtendedKey(std::move(key), Secret<32>(Right(mac)));
}

Result<ExtendedKey> ExtendedKey::Child(std::uint32_t index) const {
  Secret<37> data;
  if (index >= Hardened(0)) {
    std::ranges::copy(private_key_.Bytes(), data.Writable().begin() + 1);
  } else {
    const auto public_key = crypto::PublicKeyOf(private_key_);
    if (!public_key) return Invalid("this is no private key");
    std::ranges::copy(*public_key, data.Writable().begin());
  }
  for (int i = 0; i < 4; ++i) {
    data.Writable()[33 + i] = static_cast<std::uint8_t>(index >> (24 - 8 * i));
  }

  const Secret<64> mac = crypto::HmacSha512(chain_code_.Bytes(), data.Bytes());
  std::optional<Secret<32>> key = crypto::AddSecretKeys(private_key_, Secret<32>(Left(mac)));
  if (!key) return Invalid("there is no child key with this index");
  return ExtendedKey(*std::move(key), Secret<32>(Right(mac)));
}

Result<ExtendedKey> ExtendedKey::Descendant(std::initializer_list<std::uint32_t> path) const {
  CHECK(path.size() > 0);
  Result<ExtendedKey> key = Child(*path.begin());
  for (const auto* index = path.begin() + 1; index != path.end() && key; ++index) {
    key = key->Child(*index);
  }
  return key;
}

}  // namespace vss::seal
