// Hex and base64: every string of bytes has one text, and every other text is refused.

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "crypto/base64.h"
#include "crypto/hex.h"
#include "tests/support/seed.h"

namespace vss::crypto {
namespace {

std::string RandomBytes(testing::Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(testing::Below(random, 256));
  return bytes;
}

TEST(Hex, IsWrittenInLowerCase) {
  EXPECT_EQ(EncodeHex(BytesOf("")), "");
  EXPECT_EQ(EncodeHex(std::array<std::uint8_t, 4>{0x00, 0x9a, 0xbc, 0xff}), "009abcff");
}

TEST(Hex, IsReadExactly) {
  const struct {
    std::string_view hex;
    HexCase accepted;
    bool is_read;
  } cases[] = {
      {"09af", HexCase::kLower, true},   {"09AF", HexCase::kAny, true},
      {"09aF", HexCase::kLower, false},  {"09a", HexCase::kLower, false},
      {"09af0", HexCase::kLower, false}, {"09af00", HexCase::kLower, false},
      {"", HexCase::kLower, false},      {"0x09", HexCase::kAny, false},
      {"09ag", HexCase::kAny, false},    {"09a ", HexCase::kAny, false},
      {"09a/", HexCase::kAny, false},    {"09a:", HexCase::kAny, false},
      {"09a`", HexCase::kAny, false},    {"09a@", HexCase::kAny, false},
      {"09a\xff", HexCase::kAny, false}, {std::string_view("09a\0", 4), HexCase::kAny, false},
  };
  for (const auto& [hex, accepted, is_read] : cases) {
    std::array<std::uint8_t, 2> bytes{};
    EXPECT_EQ(DecodeHex(hex, accepted, bytes), is_read) << hex;
    if (is_read) {
      EXPECT_EQ(bytes, (std::array<std::uint8_t, 2>{0x09, 0xaf}));
    }
  }
}

TEST(Base64Text, MatchesTheVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(EncodeBase64(BytesOf(bytes), Base64::kStandard), text);
    EXPECT_EQ(EncodeBase64(BytesOf(bytes), Base64::kUrl), text);
    EXPECT_EQ(DecodeBase64(text, Base64::kStandard), bytes);
    EXPECT_EQ(DecodeBase64(text, Base64::kUrl), bytes);
  }
}

TEST(Base64Text, TheAlphabetsDifferInTwoDigits) {
  const std::string bytes = "\xfb\xff";
  EXPECT_EQ(EncodeBase64(BytesOf(bytes), Base64::kStandard), "+/8");
  EXPECT_EQ(EncodeBase64(BytesOf(bytes), Base64::kUrl), "-_8");
  EXPECT_EQ(DecodeBase64("+/8", Base64::kStandard), bytes);
  EXPECT_EQ(DecodeBase64("-_8", Base64::kUrl), bytes);
  EXPECT_EQ(DecodeBase64("+/8", Base64::kUrl), std::nullopt);
  EXPECT_EQ(DecodeBase64("-_8", Base64::kStandard), std::nullopt);
}

TEST(Base64Text, NothingElseIsRead) {
  const std::string_view refused[] = {
      "A",     "AAAAA",  // No number of bytes has this many digits.
      "Zg==",  "Zm8=",    "Zg=",
      "=",     "Zm9v=",  // Padding.
      "Zm 9v", "Zm9v\n",  "\nZm9v",
      " ",                        // Blanks.
      "Zh",    "Zn",      "Zm9",  // Unused bits that are not zero.
      "Z.g8",  "Z\xffg8", std::string_view("Z\0g8", 4),
  };
  for (const std::string_view text : refused) {
    EXPECT_EQ(DecodeBase64(text, Base64::kUrl), std::nullopt) << text;
    EXPECT_EQ(DecodeBase64(text, Base64::kStandard), std::nullopt) << text;
  }
}

TEST(Base64Text, WhatIsReadIsWrittenTheSameWay) {
  testing::Random random = testing::MakeRandom();
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (int round = 0; round < 2000; ++round) {
    const std::string bytes = RandomBytes(random, testing::Below(random, 50));
    EXPECT_EQ(DecodeBase64(EncodeBase64(BytesOf(bytes), Base64::kUrl), Base64::kUrl), bytes);

    std::string text;
    for (std::size_t i = testing::Below(random, 20); i > 0; --i) {
      text += kDigits[testing::Below(random, kDigits.size())];
    }
    const auto read = DecodeBase64(text, Base64::kUrl);
    if (read) {
      EXPECT_EQ(EncodeBase64(BytesOf(*read), Base64::kUrl), text);
    }
  }
}

}  // namespace
}  // namespace vss::crypto
