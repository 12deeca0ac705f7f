#include "crypto/rsa.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <regex>
#include <string>
#include <vector>

#include "tests/support/seed.h"
#include "tests/support/vectors.h"

namespace vss::crypto {
namespace {

std::string Pem(const std::string& name) { return testing::ReadVectorFile("rsa/" + name); }

std::string Replace(const std::string& text, const char* what, const char* with) {
  return std::regex_replace(text, std::regex(what), with);
}

bool IsPublicKey(const std::string& pem) { return RsaPublicKey::Parse(pem).has_value(); }

TEST(Rsa, WhatThePrivateKeySignsThePublicKeyVerifies) {
  const std::pair<const char*, const char*> pairs[] = {
      {"private-2048.pem", "public-2048.pem"},
      {"private-2048-pkcs1.pem", "public-2048-pkcs1.pem"},
  };
  for (const auto& [private_pem, public_pem] : pairs) {
    const auto private_key = RsaPrivateKey::Parse(Pem(private_pem));
    const auto public_key = RsaPublicKey::Parse(Pem(public_pem));
    ASSERT_TRUE(private_key);
    ASSERT_TRUE(public_key);
    for (const std::string message : {"", "a", "message"}) {
      const std::string signature = private_key->Sign(BytesOf(message));
      EXPECT_EQ(signature.size(), 256u);
      EXPECT_TRUE(public_key->Verify(BytesOf(message), BytesOf(signature)));
      EXPECT_FALSE(public_key->Verify(BytesOf(message + "."), BytesOf(signature)));
    }
  }
}

TEST(Rsa, AChangedSignatureIsRefused) {
  testing::Random random = testing::MakeRandom();
  const auto public_key = RsaPublicKey::Parse(Pem("public-2048.pem"));
  const auto private_key = RsaPrivateKey::Parse(Pem("private-2048.pem"));
  const ByteView message = BytesOf("message");
  const std::string signature = private_key->Sign(message);
  const auto is_valid = [&](const std::string& changed) {
    return public_key->Verify(message, BytesOf(changed));
  };

  for (int round = 0; round < 100; ++round) {
    std::string changed = signature;
    const std::size_t bit = testing::Below(random, 8 * changed.size());
    changed[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_FALSE(is_valid(changed)) << bit;
  }
  EXPECT_FALSE(is_valid(""));
  EXPECT_FALSE(is_valid(signature.substr(0, 255)));
  EXPECT_FALSE(is_valid(signature.substr(1)));
  EXPECT_FALSE(is_valid('\0' + signature));
  EXPECT_FALSE(is_valid(signature + '\0'));
  EXPECT_FALSE(is_valid(signature + signature));
  EXPECT_FALSE(is_valid(std::string(256, '\0')));
  EXPECT_FALSE(is_valid(std::string(255, '\0') + '\1'));
  EXPECT_FALSE(is_valid(std::string(256, '\xff')));
  EXPECT_TRUE(is_valid(signature));
}

TEST(Rsa, AnotherKeyDoesNotVerify) {
  const auto public_key = RsaPublicKey::Parse(Pem("public-2048-pkcs1.pem"));
  const auto private_key = RsaPrivateKey::Parse(Pem("private-2048.pem"));
  const ByteView message = BytesOf("message");
  EXPECT_FALSE(public_key->Verify(message, BytesOf(private_key->Sign(message))));
}

TEST(RsaPublicKey, MayStandInOneLineOrBeIndented) {
  for (const char* name : {"public-2048.pem", "public-2048-pkcs1.pem"}) {
    const std::string pem = Pem(name);
    EXPECT_TRUE(IsPublicKey(pem)) << name;
    EXPECT_TRUE(IsPublicKey(Replace(pem, "\n", ""))) << name;
    EXPECT_TRUE(IsPublicKey(Replace(pem, "\n", " "))) << name;
    EXPECT_TRUE(IsPublicKey(Replace(pem, "\n", "\n    "))) << name;
    EXPECT_TRUE(IsPublicKey(Replace(pem, "\n", "\r\n"))) << name;
    EXPECT_TRUE(IsPublicKey("\n\t" + pem + "\n \n")) << name;
  }
}

TEST(RsaPublicKey, NothingElseIsAccepted) {
  const std::string pem = Pem("public-2048.pem");
  const std::string pkcs1 = Pem("public-2048-pkcs1.pem");
  const std::string refused[] = {
      "",
      "-----BEGIN PUBLIC KEY-----",
      "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----",
      Pem("public-1024.pem"),
      Pem("public-p256.pem"),
      Pem("public-2048-pss.pem"),
      Pem("private-2048.pem"),
      pem + pem,
      "x" + pem,
      pem + "x",
      pem.substr(0, pem.size() / 2),
      Replace(pem, "PUBLIC", "RSA PUBLIC"),
      Replace(pkcs1, "RSA PUBLIC", "PUBLIC"),
      Replace(pem, "\n-----END", "A\n-----END"),
      Replace(pem, "\n-----END", "AAAA\n-----END"),
      Replace(pem, "\n-----END", "=\n-----END"),
      Replace(pem, "IDAQAB", "IDAQAA"),  // An even exponent.
  };
  for (const std::string& text : refused) {
    const auto key = RsaPublicKey::Parse(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().kind, Kind::kInvalid);
    EXPECT_FALSE(key.error().message.empty());
  }
}

TEST(RsaPrivateKey, NothingElseIsAccepted) {
  EXPECT_FALSE(RsaPrivateKey::Parse(""));
  EXPECT_FALSE(RsaPrivateKey::Parse(Pem("public-2048.pem")));
}

TEST(Rsa, LeavesNoErrorForTheNextUserOfTheThread) {
  const auto public_key = RsaPublicKey::Parse(Pem("public-2048.pem"));
  EXPECT_FALSE(public_key->Verify(BytesOf("message"), BytesOf("no signature")));
  EXPECT_FALSE(public_key->Verify(BytesOf("message"), BytesOf(std::string(256, 'x'))));
  EXPECT_FALSE(IsPublicKey(Pem("public-p256.pem")));
  EXPECT_FALSE(RsaPrivateKey::Parse("nothing"));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

}  // namespace
}  // namespace vss::crypto
