#include "server/http/progress_mark.h"

#include <gtest/gtest.h>

namespace vss::server {
namespace {

using std::chrono::seconds;

constexpr ProgressRule kRule = {seconds(10), 100};
constexpr SteadyTime kStart = SteadyTime(seconds(1000));

TEST(ProgressMark, SoMuchMustMoveInEveryPeriod) {
  ProgressMark mark = {kStart, 5000};
  EXPECT_FALSE(mark.HasStalled(kRule, kStart + seconds(9), 5000));
  EXPECT_FALSE(mark.HasStalled(kRule, kStart + seconds(10), 6000));
  EXPECT_FALSE(mark.HasStalled(kRule, kStart + seconds(19), 6000));
  EXPECT_TRUE(mark.HasStalled(kRule, kStart + seconds(20), 6999));
}

TEST(ProgressMark, SomethingMustMoveWhateverTheRule) {
  ProgressMark mark = {kStart, 5000};
  EXPECT_TRUE(mark.HasStalled({seconds(10), 0}, kStart + seconds(10), 5000));
}

// TLS makes more bytes of ours, and it is those that wait to be acknowledged.
TEST(ProgressMark, GoingBackIsNoProgress) {
  ProgressMark mark = {kStart, 5000};
  EXPECT_TRUE(mark.HasStalled(kRule, kStart + seconds(10), 4999));
}

}  // namespace
}  // namespace vss::server
