#include "vss/http.h"

#include <gtest/gtest.h>

#include <string_view>

namespace vss::client {
namespace {

TEST(Headers, AreFoundInAnyCaseAndStandOnce) {
  Headers headers;
  ASSERT_TRUE(headers.Set("Authorization", "a"));
  ASSERT_TRUE(headers.Set("authorization", "b"));
  EXPECT_EQ(headers.Fields().size(), 1u);
  EXPECT_EQ(*headers.Find("AUTHORIZATION"), "b");
  EXPECT_EQ(headers.Find("other"), nullptr);
}

TEST(Headers, NothingBreaksOutOfItsLine) {
  Headers headers;
  for (const std::string_view value : {std::string_view("a\r\nb: c"), std::string_view("a\nb"),
                                       std::string_view("a\rb"), std::string_view("a\0b", 3)}) {
    EXPECT_FALSE(headers.Set("name", value));
  }
  for (const std::string_view name : {"", "a b", "a:b", "a\r\nb", "\xc3\xa4"}) {
    EXPECT_FALSE(headers.Set(name, "value"));
  }
  EXPECT_TRUE(headers.Fields().empty());
}

}  // namespace
}  // namespace vss::client
