#include "lss_api/receipt.h"

#include "base/bytes.h"
#include "crypto/sha256.h"

namespace vss::lss_api {
namespace {

constexpr std::string_view kPutRequest = "\x01";
constexpr std::string_view kPutReply = "\x02";

std::string Hmac(const crypto::Secret<32>& secret, std::string_view context,
                 std::span<const Record> items) {
  constexpr std::size_t kPortionBytes = 4096;  // Small writes cost more than what they hash.
  crypto::HmacSha256Writer writer(secret.Bytes());
  writer.Write(secret.Bytes());
  std::string portion(context);
  for (const auto& [key, version, value] : items) {
    const auto version_bytes = VersionBytes(version);
    portion.append(key).append(TextOf(version_bytes)).append(value);
    if (portion.size() < kPortionBytes) continue;
    writer.Write(BytesOf(portion));
    portion.clear();
  }
  writer.Write(BytesOf(portion));
  return std::string(TextOf(writer.Finish()));
}

}  // namespace

std::string PutRequestHmac(const crypto::Secret<32>& secret, std::span<const Record> items) {
  return Hmac(secret, kPutRequest, items);
}

std::string PutReplyHmac(const crypto::Secret<32>& secret, std::span<const Record> items) {
  return Hmac(secret, kPutReply, items);
}

std::string GetReplyHmac(const crypto::Secret<32>& secret, std::string_view nonce,
                         std::span<const Record> items) {
  return Hmac(secret, nonce, items);
}

bool IsSameHmac(std::string_view received, std::string_view computed) {
  return crypto::IsEqualInConstantTime(BytesOf(received), BytesOf(computed));
}

std::array<std::uint8_t, 8> VersionBytes(Version version) {
  std::array<std::uint8_t, 8> bytes;
  auto rest = static_cast<std::uint64_t>(version);
  for (std::size_t i = bytes.size(); i-- > 0; rest >>= 8) bytes[i] = rest & 0xFF;
  return bytes;
}

bool IsUnsafeNonce(std::string_view nonce) {
  return nonce.starts_with(kPutRequest) || nonce.starts_with(kPutReply);
}

}  // namespace vss::lss_api
