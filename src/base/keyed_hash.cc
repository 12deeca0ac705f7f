#include "base/keyed_hash.h"

#include <bit>
#include <cstddef>

namespace vss {
namespace {

// Up to eight bytes, the first one lowest.
std::uint64_t LittleEndian(const void* bytes, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    word |= std::uint64_t{static_cast<const std::uint8_t*>(bytes)[i]} << (8 * i);
  }
  return word;
}

struct State {
  std::uint64_t v0, v1, v2, v3;

  void Round() {
    v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
  }
  void Take(std::uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }
  std::uint64_t Finish() {
    v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) Round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

KeyedHash::Secret Draw(Entropy& entropy) {
  KeyedHash::Secret secret;
  entropy.Fill(secret);
  return secret;
}

}  // namespace

KeyedHash::KeyedHash(Entropy& entropy) : KeyedHash(Draw(entropy)) {}

KeyedHash::KeyedHash(const Secret& secret)
    : secret_{LittleEndian(secret.data(), 8), LittleEndian(secret.data() + 8, 8)} {}

std::uint64_t KeyedHash::operator()(std::string_view bytes) const {
  const auto [k0, k1] = secret_;
  State state = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                 k1 ^ 0x7465646279746573};
  const std::uint64_t length = std::uint64_t{bytes.size()} << 56;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) state.Take(LittleEndian(bytes.data(), 8));
  state.Take(length | LittleEndian(bytes.data(), bytes.size()));
  return state.Finish();
}

}  // namespace vss
