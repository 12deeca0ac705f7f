// What LSS builds on, against the vectors of its protocol.

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "crypto/chacha20.h"
#include "crypto/hex.h"
#include "crypto/secp256k1.h"
#include "tests/support/vectors.h"

namespace vss::crypto {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> FromHex(const std::string& hex) {
  std::array<std::uint8_t, N> bytes{};
  EXPECT_TRUE(DecodeHex(hex, HexCase::kLower, bytes)) << hex;
  return bytes;
}

SigningKey KeyFrom(const std::string& secret_hex) {
  SystemEntropy entropy;
  return SigningKey::Make(Secret<32>(FromHex<32>(secret_hex)), entropy).value();
}

TEST(SharedSecret, IsTheSameOnBothSides) {
  for (const auto& vector : testing::LssVectors("auth")) {
    const SigningKey client = KeyFrom(vector.at("client_secret"));
    const SigningKey server = KeyFrom(vector.at("server_secret"));
    EXPECT_EQ(EncodeHex(client.PublicKey()), vector.at("client_id").get<std::string>());
    EXPECT_EQ(EncodeHex(client.SharedSecretWith(server.PublicKey())->Bytes()),
              vector.at("shared_secret").get<std::string>());
    EXPECT_EQ(EncodeHex(server.SharedSecretWith(client.PublicKey())->Bytes()),
              vector.at("shared_secret").get<std::string>());
  }
}

TEST(SharedSecret, NeedsAPointOfTheCurve) {
  CompressedKey no_point{};
  no_point[0] = 2;
  no_point[32] = 5;  // No y goes with x = 5.
  EXPECT_FALSE(KeyFrom(std::string(63, '0') + "1").SharedSecretWith(no_point));
}

TEST(ChaCha20, GivesTheKeystreamOfTheVectors) {
  for (const auto& vector : testing::LssVectors("value_seal")) {
    std::array<std::uint8_t, 32> stream{};
    ChaCha20(FromHex<32>(vector.at("hmac_secret")), FromHex<12>(vector.at("chacha_nonce")), stream);
    EXPECT_EQ(EncodeHex(stream), vector.at("keystream_first32").get<std::string>());
  }
}

TEST(ChaCha20, DoneTwiceGivesTheTextBack) {
  const std::array<std::uint8_t, 32> key{1};
  const std::array<std::uint8_t, 12> nonce{2};
  std::vector<std::uint8_t> bytes(100'000, 3);
  ChaCha20(key, nonce, bytes);
  EXPECT_NE(bytes, std::vector<std::uint8_t>(100'000, 3));
  ChaCha20(key, nonce, bytes);
  EXPECT_EQ(bytes, std::vector<std::uint8_t>(100'000, 3));
  ChaCha20(key, nonce, {});
}

}  // namespace
}  // namespace vss::crypto
