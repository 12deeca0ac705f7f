// BIP32 by its own vectors.  Its keys are printed there in base58; these are the bytes.

#include "vss/extended_key.h"

#include <gtest/gtest.h>

#include "seal/test_support.h"

namespace vss::seal {
namespace {

struct Step {
  std::optional<std::uint32_t> index;  // Of the child of the key before; nothing: the master key.
  const char* private_key;
  const char* chain_code;
};

void CheckChain(const char* seed, std::initializer_list<Step> steps) {
  auto key = ExtendedKey::FromSeed(FromHex(seed));
  for (const Step& step : steps) {
    ASSERT_TRUE(key);
    if (step.index) key = key->Child(*step.index);
    ASSERT_TRUE(key);
    EXPECT_EQ(HexOf(key->PrivateKey()), step.private_key);
    EXPECT_EQ(HexOf(key->ChainCode()), step.chain_code);
  }
}

TEST(ExtendedKey, MatchesTestVector1) {
  CheckChain("000102030405060708090a0b0c0d0e0f",
             {{std::nullopt, "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35",
               "873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508"},
              {Hardened(0), "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea",
               "47fdacbd0f1097043b78c63c20c34ef4ed9a111d980047ad16282c7ae6236141"},
              {1, "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368",
               "2a7857631386ba23dacac34180dd1983734e444fdbf774041578e9b6adb37c19"},
              {Hardened(2), "cbce0d719ecf7431d88e6a89fa1483e02e35092af60c042b1df2ff59fa424dca",
               "04466b9cc8e161e966409ca52986c584f07e9dc81f735db683c3ff6ec7b1503f"},
              {2, "0f479245fb19a38a1954c5c7c0ebab2f9bdfd96a17563ef28a6a4b1a2a764ef4",
               "cfb71883f01676f587d023cc53a35bc7f88f724b1f8c2892ac1275ac822a3edd"},
              {1'000'000'000, "471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8",
               "c783e67b921d2beb8f6b389cc646d7263b4145701dadd2161548a8b078e65e9e"}});
}

// Keys that begin with zeros keep them.
TEST(ExtendedKey, MatchesTestVector3) {
  CheckChain(
      "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0"
      "d0c6"
      "4d2e8a1e7d1457df2e5a3c51c73235be",
      {{std::nullopt, "00ddb80b067e0d4993197fe10f2657a844a384589847602d56f0c629c81aae32",
        "01d28a3e53cffa419ec122c968b3259e16b65076495494d97cae10bbfec3c36f"},
       {Hardened(0), "491f7a2eebc7b57028e0d3faa0acda02e75c33b03c48fb288c41e2ea44e1daef",
        "e5fea12a97b927fc9dc3d2cb0d1ea1cf50aa5a1fdc1f933e8906bb38df3377bd"}});
}

TEST(ExtendedKey, APathIsAChildOfAChild) {
  const auto master = ExtendedKey::FromSeed(Bytes(64, 7));
  ASSERT_TRUE(master);
  const auto child = master->Child(Hardened(877));
  const auto grandchild = child->Child(5);
  const auto descendant = master->Descendant({Hardened(877), 5});
  ASSERT_TRUE(descendant);
  EXPECT_TRUE(descendant->PrivateKey() == grandchild->PrivateKey());
  EXPECT_TRUE(descendant->ChainCode() == grandchild->ChainCode());
  EXPECT_FALSE(descendant->PrivateKey() == child->PrivateKey());
}

TEST(ExtendedKey, ASeedHas16To64Bytes) {
  for (const std::size_t size : {0, 15, 65}) {
    const auto key = ExtendedKey::FromSeed(Bytes(size));
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().kind, Kind::kInvalid);
  }
  EXPECT_TRUE(ExtendedKey::FromSeed(Bytes(16)));
}

TEST(ExtendedKey, WhatIsNoKeyHasNoChildren) {
  const ExtendedKey zero{Secret<32>(), Secret<32>()};
  EXPECT_FALSE(zero.Child(0));
  EXPECT_FALSE(zero.Child(Hardened(0)));
}

}  // namespace
}  // namespace vss::seal
