#include "lss_api/receipt.h"

#include <gtest/gtest.h>

#include "lss_api/test_vectors.h"

namespace vss::lss_api {
namespace {

using testing::BytesFromHex;
using testing::HexFrom;
using testing::LssVectors;
using testing::RecordsFrom;
using testing::SecretFromHex;

TEST(LssReceipt, IsThatOfDeployedClients) {
  const auto vector = LssVectors("upstream_constants").at("hmac_zero_secret");
  const auto secret = SecretFromHex(vector.at("shared_secret"));
  const auto items = RecordsFrom(vector.at("kvs"));
  EXPECT_EQ(HexFrom(PutRequestHmac(secret, items)), vector.at("client_hmac").get<std::string>());
  EXPECT_EQ(HexFrom(PutReplyHmac(secret, items)), vector.at("server_hmac").get<std::string>());
}

TEST(LssReceipt, IsThatOfTheVectors) {
  for (const auto& vector : LssVectors("shared_hmac")) {
    const auto secret = SecretFromHex(vector.at("shared_secret"));
    const auto items = RecordsFrom(vector.at("kvs"));
    EXPECT_EQ(HexFrom(PutRequestHmac(secret, items)),
              vector.at("put_client_hmac_tag01").get<std::string>());
    EXPECT_EQ(HexFrom(PutReplyHmac(secret, items)),
              vector.at("put_server_hmac_tag02").get<std::string>());
    EXPECT_EQ(HexFrom(GetReplyHmac(secret, BytesFromHex(vector.at("get_nonce")), items)),
              vector.at("get_server_hmac").get<std::string>());
  }
}

// The known weaknesses of the protocol.  These hold for every implementation of it; whoever mends
// the receipt by accident breaks every deployed client.

TEST(LssReceipt, DoesNotSeeWhereOneItemEnds) {
  const auto vector = LssVectors("known_ambiguities").at("record_swallowing");
  const auto secret = SecretFromHex(std::string(64, '7'));
  const auto honest = RecordsFrom(vector.at("honest_kvs"));
  const auto reframed = RecordsFrom(vector.at("reframed_kvs"));
  ASSERT_NE(honest, reframed);
  EXPECT_EQ(PutRequestHmac(secret, honest), PutRequestHmac(secret, reframed));
  EXPECT_EQ(PutReplyHmac(secret, honest), PutReplyHmac(secret, reframed));

  const auto all = LssVectors("known_ambiguities");
  const auto shared = SecretFromHex(all.at("shared_secret"));
  EXPECT_EQ(HexFrom(PutRequestHmac(shared, honest)),
            vector.at("put_client_hmac_tag01").get<std::string>());
  EXPECT_EQ(HexFrom(PutReplyHmac(shared, reframed)),
            vector.at("put_server_hmac_tag02").get<std::string>());
  for (const char* const split : {"kvs", "same_hmac_other_split"}) {
    const auto items = RecordsFrom(all.at(split));
    EXPECT_EQ(HexFrom(PutRequestHmac(shared, items)),
              all.at("put_client_hmac_tag01").get<std::string>());
    EXPECT_EQ(HexFrom(PutReplyHmac(shared, items)),
              all.at("put_server_hmac_tag02").get<std::string>());
  }
}

TEST(LssReceipt, OfAnEmptyGetCanBeThatOfAPut) {
  const auto secret = SecretFromHex(std::string(64, '7'));
  const std::vector<Record> put = {{"_WRITER", 3, std::string(16, 'w')}};
  const std::string nonce = "\x01_WRITER" + std::string(7, '\0') + "\x03" + std::string(16, 'w');
  ASSERT_EQ(nonce.size(), 32u);
  EXPECT_EQ(GetReplyHmac(secret, nonce, {}), PutRequestHmac(secret, put));
  EXPECT_TRUE(IsUnsafeNonce(nonce)) << "so no client of ours draws it";
  EXPECT_TRUE(IsUnsafeNonce("\x02"));
  EXPECT_FALSE(IsUnsafeNonce("\x03"));
}

TEST(LssReceipt, OfAnEmptyGetIsThatOfThePutsOfTheVectors) {
  const auto all = LssVectors("known_ambiguities");
  const auto secret = SecretFromHex(all.at("shared_secret"));
  const auto of_get = [&](const std::string& nonce) {
    EXPECT_TRUE(IsUnsafeNonce(nonce));
    return HexFrom(GetReplyHmac(secret, nonce, {}));
  };
  EXPECT_EQ(of_get(BytesFromHex(all.at("get_nonce_yielding_put_client_hmac_when_result_is_empty"))),
            all.at("put_client_hmac_tag01").get<std::string>());
  EXPECT_EQ(of_get(BytesFromHex(all.at("get_nonce_yielding_put_server_hmac_when_result_is_empty"))),
            all.at("put_server_hmac_tag02").get<std::string>());
  const auto short_one = all.at("thirty_two_byte_nonce_forging_a_put_client_hmac");
  EXPECT_EQ(BytesFromHex(short_one.at("nonce")).size(), 32u);
  EXPECT_EQ(of_get(BytesFromHex(short_one.at("nonce"))), short_one.at("hmac").get<std::string>());
  EXPECT_EQ(HexFrom(PutRequestHmac(secret, RecordsFrom(short_one.at("forged_put_kvs")))),
            short_one.at("hmac").get<std::string>());
}

TEST(LssReceipt, IsComparedAsAWhole) {
  EXPECT_TRUE(IsSameHmac("abc", "abc"));
  EXPECT_FALSE(IsSameHmac("abd", "abc"));
  EXPECT_FALSE(IsSameHmac("ab", "abc"));
  EXPECT_FALSE(IsSameHmac("", "abc"));
}

}  // namespace
}  // namespace vss::lss_api
