#include "core/utf8.h"

#include <cstdint>

namespace vss {
namespace {

bool IsWithin(char c, std::uint8_t first, std::uint8_t last) {
  const auto byte = static_cast<std::uint8_t>(c);
  return first <= byte && byte <= last;
}

// How many bytes the character in front has; 0 if there is none.
//
//   first     second              further
//   00..7F
//   C2..DF    80..BF
//   E0..EF    80..BF, but E0: A0..BF, ED: 80..9F    80..BF
//   F0..F4    80..BF, but F0: 90..BF, F4: 80..8F    80..BF 80..BF
std::size_t FirstCharacter(std::string_view bytes) {
  const auto first = static_cast<std::uint8_t>(bytes.front());
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (bytes.size() < size) return 0;
  const std::uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (!IsWithin(bytes[1], low, high)) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if (!IsWithin(bytes[i], 0x80, 0xBF)) return 0;
  }
  return size;
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size = FirstCharacter(bytes);
    if (size == 0) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

}  // namespace vss
