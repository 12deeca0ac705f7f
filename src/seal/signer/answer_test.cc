// Answers: what libprotobuf writes is read, and what is no answer is refused.

#include "vss/signer/answer.h"

#include <gtest/gtest.h>

#include "seal/test_support.h"
#include "tests/support/vectors.h"
#include "vss.pb.h"

namespace vss::seal {
namespace {

struct Page {
  ListAnswer answer;
  std::vector<std::pair<std::string, std::int64_t>> keys;
};
Page ReadPage(std::string_view body) {
  Page page{{Status::kOk}, {}};
  const ItemSink sink = {&page, [](void* context, const Item& item) {
                           static_cast<Page*>(context)->keys.emplace_back(item.key, item.version);
                         }};
  page.answer = DecodeList(BytesOf(body), sink);
  return page;
}

TEST(GetAnswer, IsReadWhereItLies) {
  vss::GetObjectResponse response;
  response.mutable_value()->set_key("key");
  response.mutable_value()->set_version(7);
  response.mutable_value()->set_value(std::string(20'000, 'v'));
  const std::string body = response.SerializeAsString();
  const GetAnswer answer = DecodeGet(BytesOf(body));
  ASSERT_EQ(answer.status, Status::kOk);
  ASSERT_TRUE(answer.item);
  EXPECT_EQ(answer.item->key, "key");
  EXPECT_EQ(answer.item->version, 7);
  EXPECT_EQ(TextOf(answer.item->value), response.value().value());
  EXPECT_GE(answer.item->value.data(), BytesOf(body).data());
  EXPECT_LE(answer.item->value.data() + 20'000, BytesOf(body).data() + body.size());
}

TEST(GetAnswer, AnItemMayBeMissingOrEmpty) {
  EXPECT_EQ(DecodeGet({}).status, Status::kOk);
  EXPECT_FALSE(DecodeGet({}).item);
  EXPECT_TRUE(DecodeGet(FromHex("1200")).item);
}

TEST(ListAnswer, IsReadInOrder) {
  testing::Random random = testing::MakeRandom();
  for (int round = 0; round < 100; ++round) {
    vss::ListKeyVersionsResponse response;
    std::vector<std::pair<std::string, std::int64_t>> keys;
    for (std::uint64_t i = testing::Below(random, 101); i > 0; --i) {
      keys.emplace_back(RandomText(random, testing::Below(random, 200)),
                        static_cast<std::int64_t>(testing::Below(random, 1000)));
      response.add_key_versions()->set_key(keys.back().first);
      response.mutable_key_versions()->rbegin()->set_version(keys.back().second);
    }
    if (round % 2 == 0) response.set_next_page_token("token");
    if (round % 3 == 0) response.set_global_version(round);
    const std::string body = response.SerializeAsString();
    const Page page = ReadPage(body);
    EXPECT_EQ(page.answer.status, Status::kOk);
    EXPECT_EQ(page.keys, keys);
    EXPECT_EQ(page.answer.next_page_token, response.next_page_token());
    EXPECT_EQ(page.answer.global_version.has_value(), response.has_global_version());
    EXPECT_EQ(page.answer.global_version.value_or(0), response.global_version());
  }
}

TEST(ErrorAnswer, MatchesTheSharedVectors) {
  for (const auto& vector : testing::ClientVectors("error_responses")) {
    SCOPED_TRACE(TextIn(vector, "id"));
    const Bytes body = BytesIn(vector, "body_hex");
    vss::ErrorResponse expected;
    const bool is_message = expected.ParseFromArray(body.data(), static_cast<int>(body.size()));
    const ErrorAnswer answer = DecodeError(body);
    EXPECT_EQ(answer.status == Status::kOk, is_message);
    if (!is_message) continue;
    EXPECT_EQ(answer.message, expected.message());
    EXPECT_EQ(static_cast<int>(answer.error),
              expected.error_code() <= 5 ? static_cast<int>(expected.error_code()) : 0);
  }
}

TEST(Answer, WhatIsNoMessageIsMalformed) {
  // Cut, numbers where bytes belong, text that is not UTF-8, and a field number that is none.
  for (const char* hex : {"12050a", "1205", "1001", "120210", "12030a01ff", "15010203", "00",
                          "1102030405060708", "111001100110011001"}) {
    EXPECT_EQ(DecodeGet(FromHex(hex)).status, Status::kMalformed) << hex;
  }
  for (const char* hex : {"0a050a", "0801", "0a030a01ff", "1201ff", "091001100110011001"}) {
    const Bytes body = FromHex(hex);
    EXPECT_EQ(ReadPage(TextOf(body)).answer.status, Status::kMalformed) << hex;
  }
  for (const char* hex : {"1201ff", "0801120263", "1001"}) {
    EXPECT_EQ(DecodeError(FromHex(hex)).status, Status::kMalformed) << hex;
  }
}

TEST(Answer, FieldsThatNobodyKnowsAreSkipped) {
  const Bytes body = FromHex("0807120c0a016b10051a0176a2060161a2060161");
  const GetAnswer answer = DecodeGet(body);
  ASSERT_TRUE(answer.item);
  EXPECT_EQ(answer.item->version, 5);
}

}  // namespace
}  // namespace vss::seal
