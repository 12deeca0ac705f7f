#include "server/log/rare_lines.h"

#include <gtest/gtest.h>

#include "base/manual_clock.h"

namespace vss::server {
namespace {

TEST(RareLines, OneOfAKindInAWhile) {
  ManualClock clock;
  RareLines lines(clock);
  EXPECT_EQ(lines.Permit("get 503"), 0U);
  EXPECT_EQ(lines.Permit("put 503"), 0U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(lines.Permit("get 503"), std::nullopt);
  clock.Advance(std::chrono::seconds(1));
  EXPECT_EQ(lines.Permit("get 503"), 5U);
  EXPECT_EQ(lines.Permit("get 503"), std::nullopt);
  EXPECT_EQ(lines.Permit("once", std::chrono::hours(24)), 0U);
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(lines.Permit("once", std::chrono::hours(24)), std::nullopt);
  EXPECT_EQ(lines.Permit("put 503"), 0U);
}

}  // namespace
}  // namespace vss::server
