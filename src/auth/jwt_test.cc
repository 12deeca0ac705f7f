#include "auth/jwt.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "auth/test_keys.h"
#include "crypto/base64.h"
#include "tests/support/seed.h"
#include "tests/support/vectors.h"

namespace vss::auth {
namespace {

constexpr UnixSeconds kNow = 1'700'000'000;
constexpr UnixSeconds kForever = std::numeric_limits<UnixSeconds>::max();

constexpr const char* kFormat = "Invalid token format.";
constexpr const char* kParts = "Token does not have three parts";
constexpr const char* kHeaderBase64 = "Header base64 decode failed";
constexpr const char* kHeaderJson = "Header json decode failed";
constexpr const char* kAlgorithm = "alg: RS256 not found in header";
constexpr const char* kSignatureBase64 = "Signature base64 decode failed";
constexpr const char* kRsa = "RSA verification failed";
constexpr const char* kClaimsBase64 = "Claims base64 decode failed";
constexpr const char* kClaimsJson = "Claims json decode failed";
constexpr const char* kExpired = "The token is expired";
constexpr const char* kAudience =
    "Audience is set, but we don't know what audience we should expect";
constexpr const char* kSubject =
    "The subject is empty, reserved, has a NUL or more than 120 characters";

// From the protocol: {"sub":"alice","exp":4102444800}.
constexpr const char* kVectorKey = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuBfhO9VrwOESKSXWCnSB
y/OQ08ByY2F5+qj9Qd0wH0kOHKyMR34W51+8DEKWuDri/AD2VQ5m/SH8XdtHBsit
ZYAFzBjAyBaDd/XOtlEtas3NGyG3kKWgz8g7UWPKAO/FyhrDmD0LFKDpTK2hIRY1
sSu3xt3Qxqv5H1Oy75jii8R4SV/4mduFQGzb0a/OuEvczZ6urupkxQHIB55Sv3aj
0Zd/HotauVifrMx41a2WUTjIFRSkyUxllCaQdmDtqOBh2j8yLvbllpwOUbPAjI5U
E8KbqRqJSWaPCpn/dMOkpba1wH0u8suNKMRn+7gjUih+ocB2Skf32idWcHi3/jtY
hQIDAQAB
-----END PUBLIC KEY-----
)";
constexpr const char* kVectorToken =
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6NDEwMjQ0NDgwMH0."
    "mhBV4x-kNJqlLlYuRkv_vXSms0KKC7tSRYS6JQZ1DlxDawXinqcmk_YFjsN-P4Xm1t-yMBN7N3m_IVV7UNqoX6vqgIAE-"
    "JVfaJqspe5ssUfiJmPvDKwGQAwAba-VCR7tzoW2gIZjccMtcwJmsVVTuVr86UUET3zk963uSBvZ8H23aW2u21hiJxsNtVb"
    "Cl2_XyS6HlryhZgmKtQYHbcsdF6lSNtsLuhaV056ZqB-p-T1xc31JVMANuDz9RO4VS1OCbyccaBqtcUIGRqyQmq9E2VSMG"
    "IAks7qZv2ttxR1jBmPzHICG9ssEp75iFEGeOcqhVcvJklPrHd7J0Wwla-EmYg";

std::string Base64Url(std::string_view bytes) {
  return crypto::EncodeBase64(BytesOf(bytes), crypto::Base64::kUrl);
}

class Jwt : public ::testing::Test {
 protected:
  // The subject, or why there is none.
  std::string Verify(std::string_view header, UnixSeconds now = kNow) const {
    return Verify(scheme_, header, now);
  }
  static std::string Verify(const JwtScheme& scheme, std::string_view header,
                            UnixSeconds now = kNow) {
    const Result<Proof> proof = scheme.Verify(header, now);
    if (proof) return proof->tenant;
    EXPECT_EQ(proof.error().kind, Kind::kDenied);
    return proof.error().message;
  }
  std::string VerifyClaims(std::string_view claims, UnixSeconds now = kNow) const {
    return Verify("Bearer " + SignJwt(key_, claims), now);
  }
  // Signs whatever the first two parts are.
  std::string Signed(const std::string& text) const {
    return "Bearer " + text + '.' + Base64Url(key_.Sign(BytesOf(text)));
  }

  static std::vector<crypto::RsaPublicKey> Keys(const std::vector<std::string>& names) {
    std::vector<crypto::RsaPublicKey> keys;
    keys.reserve(names.size());
    for (const std::string& name : names) keys.push_back(PublicKeyOf(name));
    return keys;
  }

  const crypto::RsaPrivateKey key_ = PrivateKeyOf("private-2048.pem");
  const crypto::RsaPrivateKey other_key_ = PrivateKeyOf("private-2048-pkcs1.pem");
  const JwtScheme scheme_ = JwtScheme(Keys({"public-2048.pem"}));
  const std::string header_ = Base64Url(R"({"alg":"RS256"})");
  const std::string claims_ = Base64Url(R"({"sub":"alice","exp":1700000000})");
};

TEST_F(Jwt, MatchesTheVectorOfTheProtocol) {
  std::vector<crypto::RsaPublicKey> keys;
  keys.push_back(crypto::RsaPublicKey::Parse(kVectorKey).value());
  const JwtScheme scheme(std::move(keys));
  const std::string header = std::string("Bearer ") + kVectorToken;
  EXPECT_EQ(Verify(scheme, header), "alice");
  EXPECT_EQ(Verify(scheme, header, 4'102'444'860), "alice");
  EXPECT_EQ(Verify(scheme, header, 4'102'444'861), kExpired);
}

TEST_F(Jwt, TheFormOfTheHeaderIsExact) {
  const std::string token = header_ + '.' + claims_;
  const std::string header = Signed(token);
  const std::string compact = header.substr(7);
  const std::pair<std::string, const char*> cases[] = {
      {header, "alice"},
      {"", kFormat},
      {"Bearer", kFormat},
      {compact, kFormat},
      {"bearer " + compact, kFormat},
      {"BEARER " + compact, kFormat},
      {" " + header, kFormat},
      {"Bearer\t" + compact, kFormat},
      {"Bearer ", kParts},
      {"Bearer " + token, kParts},
      {header + ".", kParts},
      {header + ".x", kParts},
      {"Bearer ..", kHeaderJson},
      {"Bearer  " + compact, kHeaderBase64},
      {header + "=", kSignatureBase64},
      {header + "\n", kSignatureBase64},
      {"Bearer " + token + ".", kRsa},
  };
  for (const auto& [text, answer] : cases) EXPECT_EQ(Verify(text), answer) << text;
}

TEST_F(Jwt, TheHeaderPartNamesRs256) {
  const std::pair<std::string, const char*> headers[] = {
      {R"({"alg":"RS256"})", "alice"},
      {R"({"typ":1,"alg":"RS256","kid":"x","crit":["b64"],"kid":"y"})", "alice"},
      {R"( {"alg" : "RS256"} )", "alice"},
      {R"({"alg":"RS256"}x)", kHeaderJson},
      {"", kHeaderJson},
      {"RS256", kHeaderJson},
      {R"("RS256")", kAlgorithm},
      {R"(["RS256"])", kAlgorithm},
      {R"({})", kAlgorithm},
      {R"({"alg":null})", kAlgorithm},
      {R"({"alg":["RS256"]})", kAlgorithm},
      {R"({"alg":"none"})", kAlgorithm},
      {R"({"alg":"None"})", kAlgorithm},
      {R"({"alg":"rs256"})", kAlgorithm},
      {R"({"alg":"HS256"})", kAlgorithm},
      {R"({"alg":"RS512"})", kAlgorithm},
      {R"({"alg":"PS256"})", kAlgorithm},
      {R"({"alg":"ES256"})", kAlgorithm},
      {R"({"alg":"RS256 "})", kAlgorithm},
      {R"({"Alg":"RS256"})", kAlgorithm},
      {R"({"alg":"none","alg":"RS256"})", kAlgorithm},
      {R"({"alg":"RS256","alg":"none"})", kAlgorithm},
      {R"({"x":{"alg":"RS256"}})", kAlgorithm},
  };
  for (const auto& [header, answer] : headers) {
    EXPECT_EQ(Verify(Signed(Base64Url(header) + '.' + claims_)), answer) << header;
  }
  const std::string broken[] = {header_ + "=", header_ + "+", "e", "e30=", "e31"};
  for (const std::string& part : broken) {
    EXPECT_EQ(Verify(Signed(part + '.' + claims_)), kHeaderBase64) << part;
  }
}

TEST_F(Jwt, TheClaimsAreReadStrictly) {
  const std::string long_subject(121, 'x');
  const std::string longest_subject(120, 'x');
  std::string longest_wide_subject;
  for (int i = 0; i < 120; ++i) longest_wide_subject += "\U0001F600";
  const std::pair<std::string, std::string> claims[] = {
      {R"({"sub":"alice","exp":1700000000})", "alice"},
      {" {\"exp\":1700000000,\n\"sub\":\"alice\"}\t", "alice"},
      {R"({"sub":"alice","exp":18446744073709551615})", "alice"},
      {R"({"sub":"alice","exp":1700000000,"aud":null})", "alice"},
      {R"({"sub":"alice","exp":1700000000,"nbf":1800000000,"iat":"x","iss":1,"jti":[]})", "alice"},
      {R"({"sub":"alice","exp":1700000000,"x":1,"x":2})", "alice"},
      {R"({"sub":"\u00e9 /#","exp":1700000000})", "\u00e9 /#"},

      {R"({"sub":"alice"})", kClaimsJson},
      {R"({"exp":1700000000})", kClaimsJson},
      {R"({"sub":null,"exp":1700000000})", kClaimsJson},
      {R"({"sub":1,"exp":1700000000})", kClaimsJson},
      {R"({"sub":["alice"],"exp":1700000000})", kClaimsJson},
      {R"({"sub":"alice","exp":null})", kClaimsJson},
      {R"({"sub":"alice","exp":"1700000000"})", kClaimsJson},
      {R"({"sub":"alice","exp":1700000000.0})", kClaimsJson},
      {R"({"sub":"alice","exp":4.1e9})", kClaimsJson},
      {R"({"sub":"alice","exp":-1})", kClaimsJson},
      {R"({"sub":"alice","exp":18446744073709551616})", kClaimsJson},
      {R"({"sub":"alice","exp":true})", kClaimsJson},
      {R"({"sub":"alice","sub":"bob","exp":1700000000})", kClaimsJson},
      {R"({"sub":"alice","exp":1,"exp":1700000000})", kClaimsJson},
      {R"({"sub":"alice","exp":1700000000,"aud":null,"aud":null})", kClaimsJson},
      {R"({"sub":"alice","exp":1700000000,"aud":["x"]})", kClaimsJson},
      {R"({"sub":"alice","exp":1700000000,"aud":1})", kClaimsJson},
      {R"({"sub":"alice","exp":1700000000}x)", kClaimsJson},
      {R"(["alice",1700000000,null])", kClaimsJson},
      {"", kClaimsJson},
      {"alice", kClaimsJson},

      {R"({"sub":"alice","exp":1700000000,"aud":"x"})", kAudience},
      {R"({"sub":"alice","exp":1700000000,"aud":""})", kAudience},
      {R"({"sub":"alice","exp":0})", kExpired},
      {R"({"sub":"alice","exp":0,"aud":"x"})", kExpired},

      {R"({"sub":"","exp":1700000000})", kSubject},
      {R"({"sub":"a\u0000b","exp":1700000000})", kSubject},
      {R"({"sub":")" + longest_subject + R"(","exp":1700000000})", longest_subject},
      {R"({"sub":")" + longest_wide_subject + R"(","exp":1700000000})", longest_wide_subject},
      {R"({"sub":")" + long_subject + R"(","exp":1700000000})", kSubject},
      {R"({"sub":"lss:x","exp":1700000000})", kSubject},
      {R"({"sub":"vss-server:x","exp":1700000000})", kSubject},
  };
  for (const auto& [text, answer] : claims) EXPECT_EQ(VerifyClaims(text), answer) << text;
}

TEST_F(Jwt, CountsUntilAMinuteAfterItHasExpired) {
  const auto expiring = [](UnixSeconds at) {
    return R"({"sub":"alice","exp":)" + std::to_string(at) + "}";
  };
  EXPECT_EQ(VerifyClaims(expiring(kNow - 60)), "alice");
  EXPECT_EQ(VerifyClaims(expiring(kNow - 61)), kExpired);
  EXPECT_EQ(VerifyClaims(expiring(kNow - 90)), kExpired);
  EXPECT_EQ(VerifyClaims(expiring(kForever), kForever), "alice");
  EXPECT_EQ(VerifyClaims(expiring(kForever - 60), kForever), "alice");
  EXPECT_EQ(VerifyClaims(expiring(kForever - 61), kForever), kExpired);
  EXPECT_EQ(VerifyClaims(expiring(0), 60), "alice");
}

TEST_F(Jwt, TheSignatureIsCheckedBeforeTheClaimsAreRead) {
  const std::string signature = Base64Url(std::string(256, 'x'));
  EXPECT_EQ(Verify("Bearer " + header_ + ".===." + signature), kRsa);
  EXPECT_EQ(Verify("Bearer " + header_ + ".===.==="), kSignatureBase64);
  EXPECT_EQ(Verify(Signed(header_ + ".===")), kClaimsBase64);
}

TEST_F(Jwt, OneKeyDoesNotStandForAnother) {
  const std::string ours = "Bearer " + SignJwt(key_, R"({"sub":"alice","exp":1700000000})");
  const std::string theirs = "Bearer " + SignJwt(other_key_, R"({"sub":"alice","exp":1700000000})");
  EXPECT_EQ(Verify(ours), "alice");
  EXPECT_EQ(Verify(theirs), kRsa);

  const JwtScheme rotating(Keys({"public-2048.pem", "public-2048-pkcs1.pem"}));
  EXPECT_EQ(Verify(rotating, ours), "alice");
  EXPECT_EQ(Verify(rotating, theirs), "alice");
}

TEST_F(Jwt, ASignatureOfOtherTextIsRefused) {
  const std::string alice = SignJwt(key_, R"({"sub":"alice","exp":1700000000})");
  const std::string bob = SignJwt(key_, R"({"sub":"bob","exp":1700000000})");
  EXPECT_EQ(Verify("Bearer " + bob.substr(0, bob.rfind('.')) + alice.substr(alice.rfind('.'))),
            kRsa);
}

TEST_F(Jwt, NoChangedCharacterIsAccepted) {
  testing::Random random = testing::MakeRandom();
  const std::string header = Signed(header_ + '.' + claims_);
  for (int round = 0; round < 300; ++round) {
    std::string changed = header;
    const std::size_t at = testing::Below(random, changed.size());
    const int bit = static_cast<int>(testing::Below(random, 8));
    changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
    EXPECT_NE(Verify(changed), "alice") << "bit " << bit << " of " << at;
  }
}

TEST_F(Jwt, ATokenIsAtMostSixteenKibibytes) {
  const auto with_padding = [&](std::size_t size) {
    return "Bearer " + SignJwt(key_, R"({"sub":"alice","exp":1700000000,"x":")" +
                                         std::string(size, 'x') + R"("})");
  };
  const std::size_t rest = with_padding(0).size() - kBearer.size();
  const std::size_t room = (kJwtBytesMax - rest) / 4 * 3;
  EXPECT_EQ(Verify(with_padding(room - 3)), "alice");
  EXPECT_EQ(Verify(with_padding(room + 3)), "Token is too long");
}

// The client's parser is more lenient only in what it leaves to the server: the subject.
TEST_F(Jwt, RefusesWhatTheClientRefuses) {
  for (const auto& vector : testing::ClientVectors("jwt_parsing")) {
    if (vector["accepted"]) continue;
    const std::string token = vector["token"];
    EXPECT_FALSE(scheme_.Verify("Bearer " + token, kNow)) << token;
    const std::size_t first = token.find('.');
    const std::string claims = token.substr(first + 1, token.find('.', first + 1) - first - 1);
    EXPECT_FALSE(scheme_.Verify(Signed(header_ + '.' + claims), kNow)) << token;
  }
}

}  // namespace
}  // namespace vss::auth
