#include "lss_client/sealed_value.h"

#include <gtest/gtest.h>

#include "lss_api/test_vectors.h"

namespace vss::lss_client {
namespace {

TEST(LssSealedValue, IsThatOfTheVectors) {
  for (const auto& vector : testing::LssVectors("value_seal")) {
    const auto secret = testing::SecretFromHex(vector.at("hmac_secret"));
    const std::string value = testing::BytesFromHex(vector.at("plain_hex"));
    const std::string sealed = SealValue(secret, vector.at("key"), vector.at("version"), value);
    EXPECT_EQ(testing::HexFrom(sealed), vector.at("stored_value").get<std::string>());
    const auto opened = OpenValue(secret, vector.at("key"), vector.at("version"), sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, value);
  }
}

TEST(LssSealedValue, OpensNowhereElse) {
  const auto secret = testing::SecretFromHex(std::string(64, '3'));
  const auto other = testing::SecretFromHex(std::string(64, '4'));
  const std::string sealed = SealValue(secret, "key", 7, "value");
  EXPECT_TRUE(OpenValue(secret, "key", 7, sealed));
  EXPECT_FALSE(OpenValue(secret, "key", 8, sealed));
  EXPECT_FALSE(OpenValue(secret, "kez", 7, sealed));
  EXPECT_FALSE(OpenValue(other, "key", 7, sealed));
  EXPECT_FALSE(OpenValue(secret, "key", 7, sealed + "x"));
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(OpenValue(secret, "key", 7, sealed.substr(0, size))) << size;
  }
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(OpenValue(secret, "key", 7, changed)) << i;
  }
}

}  // namespace
}  // namespace vss::lss_client
