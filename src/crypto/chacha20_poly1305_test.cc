#include "crypto/chacha20_poly1305.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/hex.h"
#include "tests/support/seed.h"

namespace vss::crypto {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes FromHex(std::string_view hex) {
  Bytes bytes(hex.size() / 2);
  EXPECT_TRUE(DecodeHex(hex, HexCase::kLower, bytes));
  return bytes;
}

// Something sealed, to spoil.
struct Sealed {
  Bytes key = FromHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  AeadNonce nonce = {0x07, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47};
  Bytes aad = FromHex("50515253c0c1c2c3c4c5c6c7");
  Bytes data;
  AeadTag tag{};

  static Sealed From(const Bytes& plaintext) {
    Sealed sealed;
    sealed.data = plaintext;
    sealed.tag =
        EncryptChaCha20Poly1305(AeadKey(sealed.key), sealed.nonce, sealed.aad, sealed.data);
    return sealed;
  }
  bool Opens() const {
    Bytes copy = data;
    return DecryptChaCha20Poly1305(AeadKey(key), nonce, aad, copy, tag);
  }
};

const Bytes kPlaintext(70, 'x');

TEST(ChaCha20Poly1305, MatchesTheVectorOfRfc8439) {
  const std::string_view text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      "sunscreen would be it.";
  Sealed sealed = Sealed::From(Bytes(text.begin(), text.end()));
  EXPECT_EQ(
      EncodeHex(sealed.data),
      "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da9"
      "2728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808"
      "b"
      "4831d7bc3ff4def08e4b7a9de576d26586cec64b6116");
  EXPECT_EQ(EncodeHex(sealed.tag), "1ae10b594f09e26a7e902ecbd0600691");
  ASSERT_TRUE(DecryptChaCha20Poly1305(AeadKey(sealed.key), sealed.nonce, sealed.aad, sealed.data,
                                      sealed.tag));
  EXPECT_EQ(TextOf(sealed.data), text);
}

TEST(ChaCha20Poly1305, NoChangedBitSurvives) {
  const Sealed sealed = Sealed::From(kPlaintext);
  ASSERT_TRUE(sealed.Opens());
  const auto spoil = [&sealed](auto member, std::size_t bits) {
    for (std::size_t bit = 0; bit < bits; ++bit) {
      Sealed spoilt = sealed;
      (spoilt.*member)[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      EXPECT_FALSE(spoilt.Opens()) << bit;
    }
  };
  spoil(&Sealed::tag, 128);
  spoil(&Sealed::nonce, 96);
  spoil(&Sealed::key, 256);
  spoil(&Sealed::aad, sealed.aad.size() * 8);
  spoil(&Sealed::data, sealed.data.size() * 8);
}

TEST(ChaCha20Poly1305, TagsThatLookRightInPartAreWrong) {
  const Sealed sealed = Sealed::From(kPlaintext);
  for (const std::uint8_t fill : {0x00, 0xff, 0x80}) {
    for (std::size_t kept = 0; kept < 16; ++kept) {
      Sealed spoilt = sealed;
      std::fill(spoilt.tag.begin() + kept, spoilt.tag.end(), fill);
      EXPECT_EQ(spoilt.Opens(), spoilt.tag == sealed.tag) << kept;
    }
  }
  Sealed inverted = sealed;
  for (auto& byte : inverted.tag) byte = static_cast<std::uint8_t>(~byte);
  EXPECT_FALSE(inverted.Opens());
  Sealed reversed = sealed;
  std::ranges::reverse(reversed.tag);
  EXPECT_FALSE(reversed.Opens());
}

// What is data and what is associated data is part of what the tag covers.
TEST(ChaCha20Poly1305, BytesMayNotMoveBetweenAadAndData) {
  Sealed moved = Sealed::From(kPlaintext);
  moved.aad.push_back(moved.data.front());
  moved.data.erase(moved.data.begin());
  EXPECT_FALSE(moved.Opens());
  Sealed longer = Sealed::From(kPlaintext);
  longer.aad.resize(16);  // As far as it is padded.
  EXPECT_FALSE(longer.Opens());
  longer = Sealed::From(kPlaintext);
  longer.data.resize(80);
  EXPECT_FALSE(longer.Opens());
  Sealed shorter = Sealed::From(kPlaintext);
  shorter.data.pop_back();
  EXPECT_FALSE(shorter.Opens());
}

TEST(ChaCha20Poly1305, AnythingComesBack) {
  testing::Random random = testing::MakeRandom();
  const auto bytes = [&random](std::size_t size) {
    Bytes made(size);
    for (auto& byte : made) byte = static_cast<std::uint8_t>(testing::Below(random, 256));
    return made;
  };
  for (std::size_t size = 0; size < 300; ++size) {
    Sealed sealed;
    sealed.key = bytes(32);
    sealed.aad = bytes(testing::Below(random, 70));
    const Bytes plaintext = bytes(size);
    sealed.data = plaintext;
    sealed.tag =
        EncryptChaCha20Poly1305(AeadKey(sealed.key), sealed.nonce, sealed.aad, sealed.data);
    ASSERT_TRUE(DecryptChaCha20Poly1305(AeadKey(sealed.key), sealed.nonce, sealed.aad, sealed.data,
                                        sealed.tag));
    ASSERT_EQ(sealed.data, plaintext) << size;
  }
}

}  // namespace
}  // namespace vss::crypto
