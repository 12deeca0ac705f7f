#include "client/lnurl_login.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

#include "crypto/hex.h"
#include "tests/support/vectors.h"
#include "tests/support/zero_entropy.h"

namespace vss::client {
namespace {

seal::ExtendedKey ParentOf(const nlohmann::json& vector) {
  const auto secret = [&](const char* name) {
    std::array<std::uint8_t, 32> bytes;
    EXPECT_TRUE(crypto::DecodeHex(vector[name].get<std::string>(), crypto::HexCase::kAny, bytes));
    return Secret<32>(bytes);
  };
  return {secret("parent_private_key_hex"), secret("parent_chain_code_hex")};
}

LnurlAuth AuthAt(std::string url) {
  return {.auth_url = std::move(url),
          .parent = ParentOf(vss::testing::ClientVectors("lnurl_auth_sign")[0])};
}

HttpReply Ok(std::string body, int status = 200) {
  return {.status = status, .body = std::move(body)};
}

const std::string kK1 = "&k1=" + std::string(64, '1');

class LnurlLoginTest : public ::testing::Test {
 protected:
  // How a login at https://site.com/auth ends that is sent this LNURL.
  Answer<LnurlLogin::Step> Challenged(const std::string& lnurl) {
    LnurlLogin login(auth_, entropy_);
    return login.OnReply(Ok(lnurl));
  }
  // ... and, after a good one, this answer.
  Answer<LnurlLogin::Step> Answered(const HttpReply& reply) {
    LnurlLogin login(auth_, entropy_);
    EXPECT_TRUE(login.OnReply(Ok("https://site.com/login?tag=login" + kK1)));
    return login.OnReply(reply);
  }

  LnurlAuth auth_ = AuthAt("https://site.com/auth?x=1");
  vss::testing::ZeroEntropy entropy_;
};

TEST_F(LnurlLoginTest, SignsAsOtherClientsDo) {
  for (const auto& vector : vss::testing::ClientVectors("lnurl_auth_sign")) {
    const std::string lnurl = vector["lnurl"];
    LnurlAuth auth{.auth_url = lnurl.substr(0, lnurl.find('?')), .parent = ParentOf(vector)};
    ASSERT_TRUE(CheckAuthUrl(auth.auth_url));
    LnurlLogin login(auth, entropy_);
    EXPECT_EQ(login.Begin().request->url, auth.auth_url);
    const auto signed_step = login.OnReply(Ok(lnurl));
    ASSERT_TRUE(signed_step);
    EXPECT_EQ(signed_step->request->url, vector["signed_url"].get<std::string>());
    EXPECT_EQ(signed_step->request->method, "GET");
    EXPECT_LE(signed_step->request->reply_bytes_max, std::size_t{64} << 10);
    const auto end = login.OnReply(Ok(R"({"status":"OK","token":"a.b.c"})"));
    EXPECT_EQ(end->token, "a.b.c");
  }
}

TEST_F(LnurlLoginTest, SignsForNobodyElse) {
  EXPECT_TRUE(Challenged("https://SITE.com:8443/x?tag=login" + kK1));
  for (const std::string& lnurl :
       {"https://other.com/x?tag=login" + kK1, "http://site.com/x?tag=login" + kK1,
        "https://site.com/x?tag=withdraw" + kK1, "https://site.com/x?" + kK1.substr(1),
        std::string("https://site.com/x?tag=login&k1=12"), std::string("nonsense"), std::string(),
        "https://user@site.com.evil.org/x?tag=login" + kK1}) {
    const auto refused = Challenged(lnurl);
    ASSERT_FALSE(refused) << lnurl;
    EXPECT_EQ(refused.error().kind, Kind::kCorrupt) << lnurl;
  }
  auth_.allow_other_host = true;
  EXPECT_TRUE(Challenged("https://other.com/x?tag=login" + kK1));
}

TEST_F(LnurlLoginTest, FixedHeadersAreForTheAuthServerOnly) {
  ASSERT_TRUE(auth_.fixed.Set("api-key", "secret"));
  auth_.allow_other_host = true;
  const auto key_sent_to = [&](const std::string& url) {
    const auto step = Challenged(url + "?tag=login" + kK1);
    return step.value().request->headers.Find("api-key") != nullptr;
  };
  EXPECT_NE(LnurlLogin(auth_, entropy_).Begin().request->headers.Find("api-key"), nullptr);
  EXPECT_TRUE(key_sent_to("https://site.com/login"));
  EXPECT_TRUE(key_sent_to("https://SITE.com:443/login"));
  EXPECT_FALSE(key_sent_to("https://site.com:8443/login"));
  EXPECT_FALSE(key_sent_to("https://other.com/login"));
  auth_.auth_url = "https://127.0.0.1/auth";
  EXPECT_FALSE(key_sent_to("http://127.0.0.1:443/login"));
}

TEST_F(LnurlLoginTest, ARefusalIsShownWithCare) {
  const auto refused =
      Answered(Ok(R"({"reason":"\u001b[2J\n)" + std::string(5000, 'x') + R"("})", 400));
  EXPECT_EQ(refused.error().detail.size(), 500u);
  EXPECT_EQ(refused.error().detail.substr(0, 6), " [2J x");
}

TEST_F(LnurlLoginTest, SendsSecretsOverTlsOnly) {
  EXPECT_FALSE(CheckAuthUrl("http://site.com/auth"));
  EXPECT_FALSE(CheckAuthUrl("http://127.0.0.1.evil.org/auth"));
  EXPECT_FALSE(CheckAuthUrl("ftp://site.com/auth"));
  EXPECT_TRUE(CheckAuthUrl("http://127.0.0.1:8080/auth"));
  EXPECT_TRUE(CheckAuthUrl("http://[::1]:8080/auth"));
}

TEST_F(LnurlLoginTest, SaysWhyThereIsNoToken) {
  EXPECT_EQ(Answered(Ok(R"({"status":"ERROR","reason":"no"})", 400)).error().kind, Kind::kDenied);
  EXPECT_EQ(Answered(Ok("{}")).error().kind, Kind::kCorrupt);
  EXPECT_EQ(Answered(Ok("<html>")).error().kind, Kind::kCorrupt);
  EXPECT_EQ(Answered(Ok("<html>", 502)).error().kind, Kind::kUnavailable);
  EXPECT_EQ(Answered(Ok(R"({"token":5})")).error().kind, Kind::kCorrupt);
  LnurlLogin login(auth_, entropy_);
  EXPECT_EQ(login.OnReply(Ok({}, 302)).error().kind, Kind::kCorrupt);
}

}  // namespace
}  // namespace vss::client
