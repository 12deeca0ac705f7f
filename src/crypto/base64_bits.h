// Base64 six bits at a time, without memory of its own; base64.h has it for strings.
#ifndef VSS_CRYPTO_BASE64_BITS_H_
#define VSS_CRYPTO_BASE64_BITS_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace vss::crypto {

inline constexpr std::uint8_t kNotADigit = 64;

struct Base64Alphabet {
  std::array<char, 64> digits{};
  std::array<std::uint8_t, 256> values{};
};

constexpr Base64Alphabet MakeBase64Alphabet(char digit62, char digit63) {
  Base64Alphabet alphabet;
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

inline constexpr Base64Alphabet kStandardBase64 = MakeBase64Alphabet('+', '/');
inline constexpr Base64Alphabet kUrlBase64 = MakeBase64Alphabet('-', '_');

// Calls put(digit) for each, never more than a third of a digit per byte ahead of the reading.
template <typename Put>
void EncodeBase64Bits(ByteView bytes, const Base64Alphabet& alphabet, Put put) {
  std::uint32_t bits = 0;
  int count = 0;  // Of bits that wait, always fewer than 6 between bytes.
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8 | byte) & 0xFFFF;
    for (count += 8; count >= 6;) {
      count -= 6;
      put(alphabet.digits[bits >> count & 63]);
    }
  }
  if (count > 0) put(alphabet.digits[bits << (6 - count) & 63]);
}

// Calls put(byte) for each.  False if `text` is not the one text of these bytes.
template <typename Put>
bool DecodeBase64Bits(std::string_view text, const Base64Alphabet& alphabet, Put put) {
  if (text.size() % 4 == 1) return false;
  std::uint32_t bits = 0;
  int count = 0;  // Of bits that wait, always fewer than 8 between digits.
  for (const char digit : text) {
    const std::uint8_t value = alphabet.values[static_cast<unsigned char>(digit)];
    if (value == kNotADigit) return false;
    bits = (bits << 6 | value) & 0x3FFF;
    count += 6;
    if (count >= 8) {
      count -= 8;
      put(static_cast<std::uint8_t>(bits >> count & 0xFF));
    }
  }
  return (bits & ((1U << count) - 1)) == 0;
}

}  // namespace vss::crypto

#endif  // VSS_CRYPTO_BASE64_BITS_H_
