#include "crypto/secret.h"

namespace vss {

// No library: a signer links these too.
void Wipe(std::span<std::uint8_t> bytes) {
  std::ranges::fill(bytes, std::uint8_t{0});
  // As far as the compiler knows, this reads the bytes.
  asm volatile("" : : "r"(bytes.data()) : "memory");
}

bool IsEqualInConstantTime(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= a[i] ^ b[i];
    asm volatile("" : "+r"(difference));  // It does not stop at the first difference.
  }
  return difference == 0;
}

}  // namespace vss
