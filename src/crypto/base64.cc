#include "crypto/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace vss::crypto {
namespace {

constexpr std::uint8_t kNotADigit = 64;

struct Alphabet {
  std::array<char, 64> digits{};
  std::array<std::uint8_t, 256> values{};
};

constexpr Alphabet MakeAlphabet(char digit62, char digit63) {
  Alphabet alphabet;
  for (int i = 0; i < 26; ++i) {
    alphabet.digits[i] = static_cast<char>('A' + i);
    alphabet.digits[26 + i] = static_cast<char>('a' + i);
  }
  for (int i = 0; i < 10; ++i) alphabet.digits[52 + i] = static_cast<char>('0' + i);
  alphabet.digits[62] = digit62;
  alphabet.digits[63] = digit63;
  for (std::uint8_t& value : alphabet.values) value = kNotADigit;
  for (std::uint8_t i = 0; i < 64; ++i) {
    alphabet.values[static_cast<unsigned char>(alphabet.digits[i])] = i;
  }
  return alphabet;
}

constexpr Alphabet kStandard = MakeAlphabet('+', '/');
constexpr Alphabet kUrl = MakeAlphabet('-', '_');

const Alphabet& Of(Base64 alphabet) { return alphabet == Base64::kUrl ? kUrl : kStandard; }

}  // namespace

std::string EncodeBase64(ByteView bytes, Base64 alphabet) {
  const auto& digits = Of(alphabet).digits;
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int count = 0;  // Of bits that wait, always fewer than 6 between bytes.
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8 | byte) & 0xFFFF;
    for (count += 8; count >= 6;) {
      count -= 6;
      text += digits[bits >> count & 63];
    }
  }
  if (count > 0) text += digits[bits << (6 - count) & 63];
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text, Base64 alphabet) {
  if (text.size() % 4 == 1) return std::nullopt;
  const auto& values = Of(alphabet).values;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;  // Of bits that wait, always fewer than 8 between digits.
  for (const char digit : text) {
    const std::uint8_t value = values[static_cast<unsigned char>(digit)];
    if (value == kNotADigit) return std::nullopt;
    bits = (bits << 6 | value) & 0x3FFF;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xFF);
    }
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace vss::crypto
