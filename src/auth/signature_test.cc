#include "auth/signature.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/entropy.h"
#include "crypto/hex.h"
#include "tests/support/seed.h"
#include "tests/support/vectors.h"

namespace vss::auth {
namespace {

constexpr UnixSeconds kNow = 1'700'000'000;
constexpr UnixSeconds kForever = std::numeric_limits<UnixSeconds>::max();
constexpr std::string_view kSecret =
    "2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a";

// One valid header, in its parts.
const std::string kKey = "035be5e9478209674a96e60f1f037f6176540fd001fa1d64694770c56a7709c42c";
const std::string kR = "facd4f04afbbcd95d4bc143df56507f6407bd2a981ca10f216eb8888f7ceb711";
const std::string kS = "7795ae377c33e6304af9c82f07e76408c9e846214fd4126e5f771626852e0d80";
const std::string kTime = "1700000000";

SignatureCredentials CredentialsOf(std::string_view secret_hex) {
  crypto::Secret<32> secret;
  EXPECT_TRUE(crypto::DecodeHex(secret_hex, crypto::HexCase::kLower, secret.Writable()));
  SystemEntropy entropy;
  auto key = crypto::SigningKey::Make(std::move(secret), entropy);
  EXPECT_TRUE(key);
  return SignatureCredentials(*std::move(key));
}

std::string UpperCase(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

// The tenant, or why there is none.
std::string Verify(std::string_view header, UnixSeconds now = kNow) {
  const Result<Proof> proof = SignatureScheme().Verify(header, now);
  if (proof) return proof->tenant;
  EXPECT_EQ(proof.error().kind, Kind::kDenied);
  return proof.error().message;
}

constexpr const char* kWrongLength = "Authorization header has wrong length";
constexpr const char* kBogus = "Authorization header has bogus chars";
constexpr const char* kNotHex = "Authorization header is not hex";
constexpr const char* kNotATime = "Time is not an integer";
constexpr const char* kTooFar = "Time is too far from now";
constexpr const char* kBadKey = "Authorization header has bad pubkey";
constexpr const char* kBadSignature = "Authorization header has bad sig";
constexpr const char* kInvalid = "Signature was invalid";

TEST(Signature, MatchesTheSharedVectors) {
  for (const auto& vector : testing::ClientVectors("sigs_auth")) {
    const auto credentials = CredentialsOf(vector["private_key_hex"].get<std::string>());
    const auto time = vector["unix_time"].get<UnixSeconds>();
    const std::string header = vector["authorization_header"];
    EXPECT_EQ(credentials.HeaderAt(time), header);
    EXPECT_EQ(credentials.Tenant(), vector["server_user_token"].get<std::string>());
    EXPECT_EQ(Verify(header, time), vector["server_user_token"].get<std::string>());
  }
}

TEST(Signature, MatchesTheVectorsOfTheProtocol) {
  const struct {
    std::string_view secret;
    UnixSeconds time;
    std::string_view header;
  } vectors[] = {
      {kSecret, 1700000000,
       "035be5e9478209674a96e60f1f037f6176540fd001fa1d64694770c56a7709c42c"
       "facd4f04afbbcd95d4bc143df56507f6407bd2a981ca10f216eb8888f7ceb711"
       "7795ae377c33e6304af9c82f07e76408c9e846214fd4126e5f771626852e0d80"
       "1700000000"},
      {"0000000000000000000000000000000000000000000000000000000000000001", 1767225600,
       "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
       "02fde799654514d914e3bcf41b4ea39a573099071367f7d1b8b553ab2ea2b409"
       "6a06feb87bd2b6b66a185e52abc6a3cd8c6f79be86125fcdab70424a5193cdbd"
       "1767225600"},
      {"6179294e9bec15e51d62e7a6caaca46cc48e3bd607873900b7b059eee62939ad", 1770000000,
       "02fb3c71736a1fc835ab42ac282d17b3eeb097b8247b16e25e1b809cd4a27d2c09"
       "7c7440f0808296246b84885e0a4a2c2264b56ad0609da243f74681d69105f4af"
       "648c357c1b294575f2fad217b4e4775d595ff20b52e6de0291e9aa50f60ab32c"
       "1770000000"},
  };
  for (const auto& [secret, time, header] : vectors) {
    EXPECT_EQ(CredentialsOf(secret).HeaderAt(time), header);
    EXPECT_EQ(Verify(header, time), header.substr(0, 66));
  }
}

TEST(Signature, EveryVariationHasItsAnswer) {
  const std::string ones(64, 'f');
  const std::string zeros(64, '0');
  const struct {
    const char* what;
    std::string header;
    std::string answer;
  } variations[] = {
      {"as it is", kKey + kR + kS + kTime, kKey},
      {"high s",
       kKey + kR + "886a51c883cc19cfb50637d0f8189bf5f0c696c55f748dcd605b48664b0833c1" + kTime,
       kInvalid},
      {"signed time with a plus",
       kKey + "026e9b68c45244a78eca971514ceb7347abfcbe054df2e6628580edd80f556a6"
              "70e823d445be66bb7164c2505ba7b570e183cf25ca628d776f9afac9700940a1"
              "+1700000000",
       kKey},
      {"signed time with zeros",
       kKey + "f5b9afc57e0256cae83a086e0a4468941f5715d57163866174fe98a57679d891"
              "6c0f538c568ec9006f659c2332273884005ce963b70f39b430e1fa024060be2e"
              "0001700000000",
       kKey},
      {"another text of the same time", kKey + kR + kS + "+1700000000", kInvalid},
      {"key in upper case", UpperCase(kKey) + kR + kS + kTime, kNotHex},
      {"all in upper case", UpperCase(kKey + kR + kS) + kTime, kNotHex},
      {"signature in upper case", kKey + UpperCase(kR + kS) + kTime, kKey},
      {"nothing", "", kWrongLength},
      {"no time", kKey + kR + kS, kWrongLength},
      {"one digit more than no time", kKey + kR + kS + "1", kTooFar},
      {"not ASCII", kKey + kR + kS + "170000000\xb2", kBogus},
      {"not ASCII but too short", "\xff", kWrongLength},
      {"a scheme word in front", "Bearer " + kKey + kR + kS + kTime, kNotHex},
      {"key not hex", "g" + kKey.substr(1) + kR + kS + kTime, kNotHex},
      {"signature not hex", kKey + kR + kS.substr(0, 63) + "g" + kTime, kNotHex},
      {"space before the time", kKey + kR + kS + " 1700000000", kNotATime},
      {"space behind the time", kKey + kR + kS + "1700000000 ", kNotATime},
      {"negative time", kKey + kR + kS + "-1700000000", kNotATime},
      {"time with a fraction", kKey + kR + kS + "1700000000.0", kNotATime},
      {"time in hex", kKey + kR + kS + "0x1700000000", kNotATime},
      {"only a plus", kKey + kR + kS + "+", kNotATime},
      {"two pluses", kKey + kR + kS + "++1700000000", kNotATime},
      {"last time there is", kKey + kR + kS + "18446744073709551615", kTooFar},
      {"beyond it", kKey + kR + kS + "18446744073709551616", kNotATime},
      {"key with another prefix", "05" + kKey.substr(2) + kR + kS + kTime, kBadKey},
      {"key not on the curve", "02" + std::string(62, '0') + "05" + kR + kS + kTime, kBadKey},
      {"key of the other sign", "02" + kKey.substr(2) + kR + kS + kTime, kInvalid},
      {"five digits of the key zeroed",
       kKey.substr(0, 40) + "00000" + kKey.substr(45) + kR + kS + kTime, kInvalid},
      {"five digits of the signature zeroed",
       kKey + kR.substr(0, 40) + "00000" + kR.substr(45) + kS + kTime, kInvalid},
      {"r too large", kKey + ones + kS + kTime, kBadSignature},
      {"s too large", kKey + kR + ones + kTime, kBadSignature},
      {"r zero", kKey + zeros + kS + kTime, kInvalid},
      {"s zero", kKey + kR + zeros + kTime, kInvalid},
      {"r and s exchanged", kKey + kS + kR + kTime, kInvalid},
  };
  for (const auto& [what, header, answer] : variations) {
    EXPECT_EQ(Verify(header), answer) << what;
  }
}

// When several things are wrong, the first is told.
TEST(Signature, ChecksInOrder) {
  std::string header = "05" + kKey.substr(2) + std::string(128, 'f') + "0";
  EXPECT_EQ(Verify(header), kTooFar);
  EXPECT_EQ(Verify(header, 0), kBadKey);
  header.replace(0, 66, kKey);
  EXPECT_EQ(Verify(header, 0), kBadSignature);
  header.back() = 'x';
  EXPECT_EQ(Verify(header), kNotATime);
  header[100] = 'x';
  EXPECT_EQ(Verify(header), kNotHex);
  header.back() = '\xff';
  EXPECT_EQ(Verify(header), kBogus);
}

TEST(Signature, CountsForADayBeforeAndAfterItsTime) {
  const auto credentials = CredentialsOf(kSecret);
  const std::string header = credentials.HeaderAt(kNow);
  const std::pair<UnixSeconds, std::string> answers[] = {
      {0, kTooFar},          {kNow - 86'401, kTooFar}, {kNow - 86'400, kKey}, {kNow, kKey},
      {kNow + 86'400, kKey}, {kNow + 86'401, kTooFar}, {kForever, kTooFar},
  };
  for (const auto& [now, answer] : answers) EXPECT_EQ(Verify(header, now), answer) << now;
}

TEST(Signature, TheEdgesOfTimeDoNotWrapAround) {
  const auto credentials = CredentialsOf(kSecret);
  EXPECT_EQ(Verify(credentials.HeaderAt(0), 0), kKey);
  EXPECT_EQ(Verify(credentials.HeaderAt(0), 86'400), kKey);
  EXPECT_EQ(Verify(credentials.HeaderAt(0), 86'401), kTooFar);
  EXPECT_EQ(Verify(credentials.HeaderAt(0), kForever), kTooFar);
  EXPECT_EQ(Verify(credentials.HeaderAt(kForever), kForever), kKey);
  EXPECT_EQ(Verify(credentials.HeaderAt(kForever), kForever - 86'400), kKey);
  EXPECT_EQ(Verify(credentials.HeaderAt(kForever), kForever - 86'401), kTooFar);
  EXPECT_EQ(Verify(credentials.HeaderAt(kForever), 0), kTooFar);
}

TEST(Signature, AProofCountsExactlyWhenItsHeaderIsAccepted) {
  const std::string header = CredentialsOf(kSecret).HeaderAt(kNow);
  const Result<Proof> proof = SignatureScheme().Verify(header, kNow);
  ASSERT_TRUE(proof);
  for (const UnixSeconds now : {kNow - 86'401, kNow - 86'400, kNow + 86'400, kNow + 86'401}) {
    EXPECT_EQ(proof->CountsAt(now), SignatureScheme().Verify(header, now).has_value()) << now;
  }
}

TEST(Signature, WhatIsSignedIsAcceptedAndNoChangedCharacterIs) {
  testing::Random random = testing::MakeRandom();
  for (int round = 0; round < 200; ++round) {
    std::array<std::uint8_t, 32> secret;
    for (auto& byte : secret) byte = static_cast<std::uint8_t>(testing::Below(random, 256));
    const auto credentials = CredentialsOf(crypto::EncodeHex(secret));
    const UnixSeconds time = testing::Below(random, 1ULL << 40);
    std::string header = credentials.HeaderAt(time);
    EXPECT_EQ(Verify(header, time), credentials.Tenant());

    const std::size_t at = testing::Below(random, header.size());
    const int bit = static_cast<int>(testing::Below(random, 8));
    const std::string before = header;
    header[at] = static_cast<char>(header[at] ^ 1 << bit);
    // The one change that means the same: a digit of the signature in upper case.
    if (at >= 66 && at < 194 && UpperCase(before) == UpperCase(header)) continue;
    EXPECT_NE(Verify(header, time), credentials.Tenant()) << "bit " << bit << " of " << at;
  }
}

TEST(IsSignatureTenant, KnowsAKeyByItsLook) {
  EXPECT_TRUE(IsSignatureTenant(kKey));
  EXPECT_TRUE(IsSignatureTenant("02" + kKey.substr(2)));
  EXPECT_FALSE(IsSignatureTenant("04" + kKey.substr(2)));
  EXPECT_FALSE(IsSignatureTenant(UpperCase(kKey)));
  EXPECT_FALSE(IsSignatureTenant(kKey + "0"));
  EXPECT_FALSE(IsSignatureTenant(""));
  EXPECT_FALSE(IsSignatureTenant("alice"));
}

}  // namespace
}  // namespace vss::auth
