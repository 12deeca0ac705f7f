#include "vss/credentials.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/manual_clock.h"
#include "crypto/base64.h"
#include "crypto/hex.h"
#include "tests/support/vectors.h"
#include "tests/support/zero_entropy.h"

namespace vss::client {
namespace {

WallTime At(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

TEST(SignatureCredentials, AreThoseOfOtherClients) {
  vss::testing::ZeroEntropy entropy;
  for (const auto& vector : vss::testing::ClientVectors("sigs_auth")) {
    Secret<32> key;
    ASSERT_TRUE(crypto::DecodeHex(vector["private_key_hex"].get<std::string>(),
                                  crypto::HexCase::kLower, key.Writable()));
    const ManualClock clock(At(vector["unix_time"]));
    Headers fixed;
    ASSERT_TRUE(fixed.Set("authorization", "is replaced"));
    ASSERT_TRUE(fixed.Set("X-Other", "stays"));
    const auto credentials = SignatureCredentials(std::move(key), clock, entropy, fixed).value();
    credentials->Provide([&](const Answer<Headers>& headers) {
      EXPECT_EQ(headers->Fields().size(), 2u);
      EXPECT_EQ(*headers->Find("Authorization"), vector["authorization_header"].get<std::string>());
    });
  }
}

class TokensTest : public ::testing::Test {
 protected:
  static std::string TokenUntil(std::int64_t seconds) {
    const auto encode = [](const std::string& text) {
      return crypto::EncodeBase64(BytesOf(text), crypto::Base64::kUrl);
    };
    return encode("{}") + "." + encode(R"({"exp":)" + std::to_string(seconds) + "}") + ".";
  }

  // Of a call that asks now.
  void Ask() {
    credentials_->Provide([this](const Answer<Headers>& headers) {
      answers_.push_back(headers ? *headers->Find("Authorization") : headers.error().message);
    });
  }
  void Fetched(Answer<std::string> token) {
    ThenAnswer<std::string> then = std::move(fetches_.back());
    fetches_.pop_back();
    then(std::move(token));
  }

  ManualClock clock_{At(1000)};
  std::vector<ThenAnswer<std::string>> fetches_;
  std::shared_ptr<Credentials> credentials_ = TokenCredentials(
      [this](ThenAnswer<std::string> then) { fetches_.push_back(std::move(then)); }, clock_);
  std::vector<std::string> answers_;
};

TEST_F(TokensTest, AreFetchedOnceForAllWhoWait) {
  Ask();
  Ask();
  EXPECT_EQ(fetches_.size(), 1u);
  const std::string token = TokenUntil(2000);
  Fetched(token);
  Ask();
  EXPECT_EQ(answers_, std::vector<std::string>(3, "Bearer " + token));
  EXPECT_TRUE(fetches_.empty());
}

TEST_F(TokensTest, AreNotUsedInTheirLastMinute) {
  Ask();
  Fetched(TokenUntil(1100));
  clock_.SetWall(At(1040));
  Ask();
  EXPECT_TRUE(fetches_.empty());
  clock_.SetWall(At(1041));
  Ask();
  ASSERT_EQ(fetches_.size(), 1u);
  Fetched(TokenUntil(5));  // Expired already: used by whoever waited, and not again.
  EXPECT_EQ(answers_.back(), "Bearer " + TokenUntil(5));
  Ask();
  ASSERT_EQ(fetches_.size(), 1u);
  Fetched(Unexpected(Error{.kind = Kind::kUnavailable, .message = "away"}));
  EXPECT_EQ(answers_.back(), "away");
}

TEST_F(TokensTest, AreDroppedWhenTheServerRefusesThem) {
  Ask();
  Fetched(TokenUntil(5000));
  Headers refused;
  ASSERT_TRUE(refused.Set("Authorization", "Bearer some earlier one"));
  EXPECT_TRUE(credentials_->Refused(refused));
  Ask();
  EXPECT_TRUE(fetches_.empty()) << "the present one was not refused";
  ASSERT_TRUE(refused.Set("Authorization", "Bearer " + TokenUntil(5000)));
  EXPECT_TRUE(credentials_->Refused(refused));
  Ask();
  ASSERT_EQ(fetches_.size(), 1u);
  Fetched("no token\r\nX: y");
  EXPECT_EQ(answers_.back().substr(0, 9), "the token");
}

}  // namespace
}  // namespace vss::client
