#include "lss_client/sealed_value.h"

#include <cstdint>
#include <span>
#include <tuple>

#include "base/bytes.h"
#include "crypto/chacha20.h"
#include "crypto/sha256.h"
#include "lss_api/receipt.h"

namespace vss::lss_client {

using lss_api::VersionBytes;

namespace {

crypto::Digest Mac(const crypto::Secret<32>& secret, const Key& key, Version version,
                   std::string_view value) {
  return crypto::HmacSha256(secret.Bytes(), {BytesOf(key), VersionBytes(version), BytesOf(value)});
}

void Crypt(const crypto::Secret<32>& secret, const Key& key, Version version, std::string& bytes) {
  const crypto::Digest nonce = crypto::Sha256({BytesOf(key), VersionBytes(version)});
  crypto::ChaCha20(secret.Bytes(), std::span(nonce).first<12>(),
                   {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace

std::string SealValue(const crypto::Secret<32>& secret, const Key& key, Version version,
                      std::string_view value) {
  std::string sealed(value);
  sealed += TextOf(Mac(secret, key, version, value));
  Crypt(secret, key, version, sealed);
  return sealed;
}

Result<std::string> OpenValue(const crypto::Secret<32>& secret, const Key& key, Version version,
                              std::string_view sealed) {
  constexpr std::size_t kMacBytes = std::tuple_size_v<crypto::Digest>;
  std::string value(sealed);
  Crypt(secret, key, version, value);
  const std::size_t size = value.size() < kMacBytes ? 0 : value.size() - kMacBytes;
  const crypto::Digest mac = Mac(secret, key, version, std::string_view(value).substr(0, size));
  if (!crypto::IsEqualInConstantTime(BytesOf(std::string_view(value).substr(size)), mac)) {
    return Corrupt("the value of " + key + " at version " + std::to_string(version) +
                   " was not made by the holder of this secret");
  }
  value.resize(size);
  return value;
}

}  // namespace vss::lss_client
