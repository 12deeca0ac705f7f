#include "base/keyed_hash.h"

#include <gtest/gtest.h>

#include <string>

namespace vss {
namespace {

KeyedHash::Secret CountingSecret() {
  KeyedHash::Secret secret;
  for (std::size_t i = 0; i < secret.size(); ++i) secret[i] = static_cast<std::uint8_t>(i);
  return secret;
}

TEST(KeyedHash, MatchesTheVectorsOfSipHash) {
  const KeyedHash hash(CountingSecret());
  const std::pair<std::size_t, std::uint64_t> vectors[] = {
      {0, 0x726fdb47dd0e0e31},  {1, 0x74f839c593dc67fd},  {7, 0xab0200f58b01d137},
      {8, 0x93f5f5799a932462},  {15, 0xa129ca6149be45e5}, {16, 0x3f2acc7f57c29bdb},
      {63, 0x958a324ceb064572},
  };
  for (const auto& [size, expected] : vectors) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i);
    EXPECT_EQ(hash(bytes), expected) << size;
  }
}

TEST(KeyedHash, DrawsItsSecret) {
  SystemEntropy entropy;
  EXPECT_NE(KeyedHash(entropy)("key"), KeyedHash(entropy)("key"));
}

}  // namespace
}  // namespace vss
