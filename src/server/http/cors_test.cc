#include "server/http/cors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vss::server {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

ParsedHead Head(std::string_view method, std::vector<HeaderField> fields) {
  ParsedHead head;
  head.method = method;
  head.fields = std::move(fields);
  return head;
}

const CorsPolicy kOne({"https://wallet.example", "http://localhost:3000"});
const CorsPolicy kAll({"*"});
const CorsPolicy kNone;

TEST(Cors, NamesTheOriginIfItIsAllowed) {
  const ParsedHead wallet = Head("POST", {{"Origin", "https://wallet.example"}});
  EXPECT_EQ(kOne.AllowedOrigin(wallet), "https://wallet.example");
  EXPECT_EQ(kAll.AllowedOrigin(wallet), "*");
  EXPECT_EQ(kNone.AllowedOrigin(wallet), "");
  EXPECT_EQ(kOne.AllowedOrigin(Head("POST", {{"origin", "https://wallet.example.org"}})), "");
  EXPECT_EQ(kOne.AllowedOrigin(Head("POST", {{"origin", "http://wallet.example"}})), "");
  EXPECT_EQ(kOne.AllowedOrigin(Head("POST", {{"origin", "null"}})), "");
  EXPECT_EQ(kAll.AllowedOrigin(Head("POST", {})), "");
}

TEST(Cors, AnswersThePreflightOfAnAllowedOrigin) {
  const auto answer = kOne.AnswerPreflight(
      Head("OPTIONS", {{"Origin", "https://wallet.example"},
                       {"Access-Control-Request-Method", "POST"},
                       {"Access-Control-Request-Headers", "authorization, content-type"}}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_THAT(answer->headers,
              ElementsAre(Pair("access-control-allow-methods", "POST"),
                          Pair("access-control-allow-headers", "authorization, content-type"),
                          Pair("access-control-max-age", "7200")));
}

TEST(Cors, LeavesEverythingElseToTheService) {
  const HeaderField origin = {"Origin", "https://wallet.example"};
  const HeaderField asks = {"Access-Control-Request-Method", "POST"};
  EXPECT_FALSE(kOne.AnswerPreflight(Head("OPTIONS", {origin})));
  EXPECT_FALSE(kOne.AnswerPreflight(Head("OPTIONS", {asks})));
  EXPECT_FALSE(kOne.AnswerPreflight(Head("POST", {origin, asks})));
  EXPECT_FALSE(kOne.AnswerPreflight(Head("OPTIONS", {{"Origin", "https://evil.example"}, asks})));
  EXPECT_FALSE(kNone.AnswerPreflight(Head("OPTIONS", {origin, asks})));
}

TEST(Cors, RepeatsOnlyNamesOfHeaders) {
  const auto answer =
      kAll.AnswerPreflight(Head("OPTIONS", {{"Origin", "https://wallet.example"},
                                            {"Access-Control-Request-Method", "POST"},
                                            {"Access-Control-Request-Headers", "<script>"}}));
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->headers, ElementsAre(Pair("access-control-allow-methods", "POST"),
                                           Pair("access-control-max-age", "7200")));
}

}  // namespace
}  // namespace vss::server
