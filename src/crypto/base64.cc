#include "crypto/base64.h"

#include <cstdint>

#include "crypto/base64_bits.h"

namespace vss::crypto {
namespace {

const Base64Alphabet& Of(Base64 alphabet) {
  return alphabet == Base64::kUrl ? kUrlBase64 : kStandardBase64;
}

}  // namespace

std::string EncodeBase64(ByteView bytes, Base64 alphabet) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  EncodeBase64Bits(bytes, Of(alphabet), [&text](char digit) { text += digit; });
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text, Base64 alphabet) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  const auto put = [&bytes](std::uint8_t byte) { bytes += static_cast<char>(byte); };
  if (!DecodeBase64Bits(text, Of(alphabet), put)) return std::nullopt;
  return bytes;
}

}  // namespace vss::crypto
