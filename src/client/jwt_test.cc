#include "client/jwt.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/vectors.h"

namespace vss::client {
namespace {

TEST(Jwt, IsReadAsOtherClientsDo) {
  for (const auto& vector : vss::testing::ClientVectors("jwt_parsing")) {
    const auto expiry = ParseJwt(vector["token"].get<std::string>());
    ASSERT_EQ(expiry.has_value(), vector["accepted"].get<bool>()) << vector["id"];
    if (!expiry) continue;
    const auto& exp = vector["exp"];
    EXPECT_EQ(expiry->at, exp.is_null() ? std::nullopt : std::optional<std::uint64_t>(exp))
        << vector["id"];
  }
}

}  // namespace
}  // namespace vss::client
