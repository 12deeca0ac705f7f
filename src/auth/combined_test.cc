#include "auth/combined.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "auth/test_keys.h"
#include "base/entropy.h"

namespace vss::auth {
namespace {

constexpr UnixSeconds kNow = 1'700'000'000;

class Combined : public ::testing::Test {
 protected:
  static CombinedScheme Make() {
    std::vector<crypto::RsaPublicKey> keys;
    keys.push_back(PublicKeyOf("public-2048.pem"));
    return CombinedScheme(JwtScheme(std::move(keys)));
  }
  static SignatureCredentials MakeCredentials() {
    crypto::Secret<32> secret;
    secret.Writable().back() = 7;
    SystemEntropy entropy;
    return SignatureCredentials(*crypto::SigningKey::Make(std::move(secret), entropy));
  }
  std::string TokenFor(const std::string& subject) const {
    return "Bearer " + SignJwt(key_, R"({"exp":1700000000,"sub":")" + subject + R"("})");
  }
  std::string Verify(std::string_view header) const {
    const Result<Proof> proof = scheme_.Verify(header, kNow);
    return proof ? proof->tenant : proof.error().message;
  }

  const CombinedScheme scheme_ = Make();
  const SignatureCredentials credentials_ = MakeCredentials();
  const crypto::RsaPrivateKey key_ = PrivateKeyOf("private-2048.pem");
};

TEST_F(Combined, TakesBothForms) {
  EXPECT_EQ(Verify(TokenFor("alice")), "alice");
  EXPECT_EQ(Verify(credentials_.HeaderAt(kNow)), credentials_.Tenant());
}

TEST_F(Combined, SaysWhatIsWrongInTheWordsOfTheForm) {
  EXPECT_EQ(Verify("Bearer x"), "Token does not have three parts");
  EXPECT_EQ(Verify("bearer x"), "Authorization header has wrong length");
  EXPECT_EQ(Verify("Bearer " + credentials_.HeaderAt(kNow)), "Token does not have three parts");
}

TEST_F(Combined, NoTokenOpensTheStoresOfAKey) {
  EXPECT_EQ(Verify(TokenFor(credentials_.Tenant())), "The subject is a public key");
  // What signs can be no tenant of this look, so these collide with nobody.
  EXPECT_EQ(Verify(TokenFor("04" + credentials_.Tenant().substr(2))),
            "04" + credentials_.Tenant().substr(2));
  EXPECT_EQ(Verify(TokenFor(credentials_.Tenant() + "0")), credentials_.Tenant() + "0");
}

}  // namespace
}  // namespace vss::auth
