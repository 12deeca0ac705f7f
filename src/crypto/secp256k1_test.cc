#include "crypto/secp256k1.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "crypto/hex.h"
#include "tests/support/seed.h"
#include "tests/support/vectors.h"

namespace vss::crypto {
namespace {

// The order of the group, and numbers made from it.
constexpr std::string_view kOrder =
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
constexpr std::string_view kOrderLessOne =
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
constexpr std::string_view kZero =
    "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kOne =
    "0000000000000000000000000000000000000000000000000000000000000001";

template <std::size_t N>
std::array<std::uint8_t, N> FromHex(std::string_view hex) {
  std::array<std::uint8_t, N> bytes{};
  EXPECT_TRUE(DecodeHex(hex, HexCase::kLower, bytes)) << hex;
  return bytes;
}

std::optional<SigningKey> KeyFrom(std::string_view secret_hex) {
  SystemEntropy entropy;
  return SigningKey::Make(Secret<32>(FromHex<32>(secret_hex)), entropy);
}

// One valid triple to spoil.
struct Signed {
  CompressedKey key =
      FromHex<33>("035be5e9478209674a96e60f1f037f6176540fd001fa1d64694770c56a7709c42c");
  Digest digest = FromHex<32>("86afddd1b1dfc7f635eb10b25579a7061207dd4254de8da3d5ba944dec3369d9");
  std::string r = "facd4f04afbbcd95d4bc143df56507f6407bd2a981ca10f216eb8888f7ceb711";
  std::string s = "7795ae377c33e6304af9c82f07e76408c9e846214fd4126e5f771626852e0d80";

  EcdsaVerdict Verdict() const { return VerifyEcdsa(key, digest, FromHex<64>(r + s)); }
};

TEST(Ecdsa, MatchesTheSharedVectors) {
  for (const auto& vector : testing::ClientVectors("sigs_auth")) {
    const auto key = KeyFrom(vector["private_key_hex"].get<std::string>());
    ASSERT_TRUE(key);
    EXPECT_EQ(EncodeHex(key->PublicKey()), vector["public_key_hex"].get<std::string>());
    const Digest digest = FromHex<32>(vector["digest_hex"].get<std::string>());
    const CompactSignature signature = key->Sign(digest);
    EXPECT_EQ(EncodeHex(signature), vector["signature_compact_hex"].get<std::string>());
    EXPECT_EQ(VerifyEcdsa(key->PublicKey(), digest, signature), EcdsaVerdict::kValid);
  }
}

TEST(Ecdsa, OnlyTheLowSIsValid) {
  Signed high;
  high.s = "886a51c883cc19cfb50637d0f8189bf5f0c696c55f748dcd605b48664b0833c1";  // The order - s.
  EXPECT_EQ(Signed().Verdict(), EcdsaVerdict::kValid);
  EXPECT_EQ(high.Verdict(), EcdsaVerdict::kInvalid);
}

TEST(Ecdsa, NumbersAtTheEdgesAreRefused) {
  const struct {
    std::string_view r;
    std::string_view s;
    EcdsaVerdict verdict;
  } cases[] = {
      {kOrder, kOne, EcdsaVerdict::kBadSignature},   {kOne, kOrder, EcdsaVerdict::kBadSignature},
      {kZero, kOrder, EcdsaVerdict::kBadSignature},  {kOrderLessOne, kOne, EcdsaVerdict::kInvalid},
      {kOne, kOrderLessOne, EcdsaVerdict::kInvalid}, {kZero, kOne, EcdsaVerdict::kInvalid},
      {kOne, kZero, EcdsaVerdict::kInvalid},         {kZero, kZero, EcdsaVerdict::kInvalid},
      {kOne, kOne, EcdsaVerdict::kInvalid},
  };
  for (const auto& [r, s, verdict] : cases) {
    Signed triple;
    triple.r = r;
    triple.s = s;
    EXPECT_EQ(triple.Verdict(), verdict) << r << s;
  }
}

TEST(Ecdsa, AKeyThatIsNoPointIsRefusedFirst) {
  const std::string_view keys[] = {
      // Another prefix: hybrid, uncompressed, infinity, and one that never meant anything.
      "055be5e9478209674a96e60f1f037f6176540fd001fa1d64694770c56a7709c42c",
      "065be5e9478209674a96e60f1f037f6176540fd001fa1d64694770c56a7709c42c",
      "045be5e9478209674a96e60f1f037f6176540fd001fa1d64694770c56a7709c42c",
      "000000000000000000000000000000000000000000000000000000000000000000",
      // x = 5 is on no point of the curve.
      "020000000000000000000000000000000000000000000000000000000000000005",
      // x is the prime of the field, and one less than 2^256.
      "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
      "02ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  };
  for (const std::string_view key : keys) {
    Signed triple;
    triple.key = FromHex<33>(key);
    EXPECT_EQ(triple.Verdict(), EcdsaVerdict::kBadKey) << key;
    triple.r = kOrder;
    EXPECT_EQ(triple.Verdict(), EcdsaVerdict::kBadKey) << key;
  }
}

TEST(Ecdsa, TheOtherPointWithTheSameXIsAnotherKey) {
  Signed triple;
  triple.key[0] = 0x02;
  EXPECT_EQ(triple.Verdict(), EcdsaVerdict::kInvalid);
}

TEST(Ecdsa, WhatOneKeySignsNoChangedBitSurvives) {
  testing::Random random = testing::MakeRandom();
  SystemEntropy entropy;
  for (int round = 0; round < 50; ++round) {
    Secret<32> secret;
    for (std::uint8_t& byte : secret.Writable()) {
      byte = static_cast<std::uint8_t>(testing::Below(random, 256));
    }
    const auto key = SigningKey::Make(std::move(secret), entropy);
    ASSERT_TRUE(key);
    Digest digest;
    for (auto& byte : digest) byte = static_cast<std::uint8_t>(testing::Below(random, 256));
    CompactSignature signature = key->Sign(digest);
    ASSERT_EQ(VerifyEcdsa(key->PublicKey(), digest, signature), EcdsaVerdict::kValid);

    const std::size_t bit = testing::Below(random, 512);
    signature[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_NE(VerifyEcdsa(key->PublicKey(), digest, signature), EcdsaVerdict::kValid) << bit;
  }
}

// A number is as short as it can be, and a byte longer if it would look negative.
TEST(Der, NumbersAreMinimal) {
  const auto der = [](std::string_view r, std::string_view s) {
    return EncodeHex(EncodeDer(FromHex<64>(std::string(r) + std::string(s))));
  };
  EXPECT_EQ(der(kOne, kOne), "3006020101020101");
  EXPECT_EQ(der(kZero, kOne), "3006020100020101");
  const std::string low(62, '0');
  EXPECT_EQ(der(low + "7f", low + "80"), "300702017f02020080");
  EXPECT_EQ(der(kOrderLessOne, kOne), "3026022100" + std::string(kOrderLessOne) + "020101");
  EXPECT_EQ(EncodeDer(FromHex<64>(std::string(kOrderLessOne) + std::string(kOrderLessOne))).size(),
            72u);
}

TEST(SecretKeys, AddUpBelowTheOrder) {
  const auto add = [](std::string_view a, std::string_view b) {
    const auto sum = AddSecretKeys(Secret<32>(FromHex<32>(a)), Secret<32>(FromHex<32>(b)));
    return sum ? EncodeHex(sum->Bytes()) : "none";
  };
  const std::string two = std::string(63, '0') + "2";
  EXPECT_EQ(add(kOne, kOne), two);
  EXPECT_EQ(add(kOrderLessOne, two), kOne);
  EXPECT_EQ(add(kOrderLessOne, kOne), "none");  // Zero.
  for (const std::string_view bad : {kZero, kOrder}) {
    EXPECT_EQ(add(bad, kOne), "none");
    EXPECT_EQ(add(kOne, bad), "none");
  }
}

TEST(SecretKeys, HaveAPublicKeyIfTheyAreKeys) {
  const auto public_key = [](std::string_view secret) {
    const auto key = PublicKeyOf(Secret<32>(FromHex<32>(secret)));
    return key ? EncodeHex(*key) : "none";
  };
  EXPECT_EQ(public_key(kOne), "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
  EXPECT_EQ(public_key(kOrderLessOne),
            "0379be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
  EXPECT_EQ(public_key(kZero), "none");
  EXPECT_EQ(public_key(kOrder), "none");
}

TEST(SigningKey, IsANumberFromOneToTheOrder) {
  EXPECT_FALSE(KeyFrom(kZero));
  EXPECT_FALSE(KeyFrom(kOrder));
  EXPECT_TRUE(KeyFrom(kOne));
  EXPECT_TRUE(KeyFrom(kOrderLessOne));
}

}  // namespace
}  // namespace vss::crypto
