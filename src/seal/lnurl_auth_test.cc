// LNURL-auth by the shared vectors.

#include "vss/lnurl_auth.h"

#include <gtest/gtest.h>

#include "crypto/secp256k1.h"
#include "seal/test_support.h"
#include "tests/support/vectors.h"

namespace vss::seal {
namespace {

constexpr std::string_view kK1 = "00000000000000000000000000000000000000000000000000000000000000aA";

std::string Host(std::string_view url) {
  const auto challenge = ParseLnurl(std::string(url) + "?k1=" + std::string(kK1));
  return challenge ? challenge->host : "refused: " + challenge.error().message;
}

TEST(LnurlAuth, PathsMatchTheSharedVectors) {
  for (const auto& vector : testing::ClientVectors("lnurl_auth_path")) {
    EXPECT_EQ(LinkingPath(SecretIn(vector, "hashing_private_key_hex"), TextIn(vector, "domain")),
              (vector.at("path").get<std::array<std::uint32_t, 4>>()));
  }
}

TEST(LnurlAuth, SignaturesMatchTheSharedVectors) {
  SystemEntropy entropy;
  for (const auto& vector : testing::ClientVectors("lnurl_auth_sign")) {
    SCOPED_TRACE(TextIn(vector, "id"));
    const ExtendedKey parent(SecretIn(vector, "parent_private_key_hex"),
                             SecretIn(vector, "parent_chain_code_hex"));
    const auto challenge = ParseLnurl(TextIn(vector, "lnurl"));
    ASSERT_TRUE(challenge);
    EXPECT_EQ(challenge->host, vector.at("domain").get<std::string>());
    EXPECT_EQ(crypto::EncodeHex(challenge->k1), vector.at("k1_hex").get<std::string>());
    const auto hashing = parent.Child(0);
    ASSERT_TRUE(hashing);
    EXPECT_EQ(HexOf(hashing->PrivateKey()),
              vector.at("hashing_private_key_hex").get<std::string>());
    EXPECT_EQ(LinkingPath(hashing->PrivateKey(), challenge->host),
              (vector.at("path").get<std::array<std::uint32_t, 4>>()));
    const auto linking = LinkingKey(parent, challenge->host);
    ASSERT_TRUE(linking);
    EXPECT_EQ(HexOf(*linking), vector.at("linking_private_key_hex").get<std::string>());
    EXPECT_EQ(crypto::EncodeHex(*crypto::PublicKeyOf(*linking)),
              vector.at("linking_public_key_hex").get<std::string>());
    EXPECT_EQ(*SignLnurl(*challenge, parent, entropy), TextIn(vector, "signed_url"));
  }
}

// One key for a host, however it is written.
TEST(LnurlAuth, TheHostIsInLowerCaseAndWithoutItsPort) {
  EXPECT_EQ(Host("https://Site.COM/login"), "site.com");
  EXPECT_EQ(Host("https://site.com:8443/"), "site.com");
  EXPECT_EQ(Host("https://site.com"), "site.com");
  EXPECT_EQ(Host("http://[::1]:3000/login"), "[::1]");
  EXPECT_EQ(Host("http://127.0.0.1:3000/a?b=c&d="),
            "refused: the LNURL has no parameter k1 of 64 hex digits");
  EXPECT_EQ(Host("\n HTTPS://site.com/x"), "site.com");
}

TEST(LnurlAuth, WhatIsNoChallengeIsRefused) {
  const std::string k1 = "?k1=" + std::string(kK1);
  for (const std::string& url :
       {std::string(), std::string("lnurl1dp68gurn8ghj7"), "site.com/" + k1, "://site.com/" + k1,
        "https:///" + k1, "https://user@site.com/" + k1, "https://site.com/" + k1.substr(0, 67),
        "https://site.com/" + k1 + "0", std::string("https://site.com/?k1="),
        "https://site.com/#" + k1, "https://si te.com/" + k1, "https://site.com/\r\nX: y" + k1,
        "https://s\xc3\xa9.com/" + k1, "https://[::1/" + k1, "https://:80/" + k1,
        "https://site.com/?k1=zz&" + k1.substr(1)}) {
    const auto challenge = ParseLnurl(url);
    ASSERT_FALSE(challenge) << url;
    EXPECT_EQ(challenge.error().kind, Kind::kInvalid);
  }
}

TEST(LnurlAuth, ParametersStayWhereTheyAre) {
  SystemEntropy entropy;
  const ExtendedKey parent(SecretFrom(Bytes(32, 1)), SecretFrom(Bytes(32, 2)));
  const std::string before = "https://site.com/x?a=b&k1=" + std::string(kK1) + "&tag=login&c";
  const auto challenge = ParseLnurl(before + "#fragment");
  ASSERT_TRUE(challenge);
  EXPECT_EQ(challenge->tag, "login");
  EXPECT_EQ(challenge->scheme, "https");
  const auto url = SignLnurl(*challenge, parent, entropy);
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->starts_with(before + "&sig=30")) << *url;
  EXPECT_TRUE(url->ends_with("#fragment")) << *url;
}

}  // namespace
}  // namespace vss::seal
