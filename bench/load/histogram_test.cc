#include "bench/load/histogram.h"

#include <gtest/gtest.h>

namespace vss::bench {
namespace {

using std::chrono::nanoseconds;

TEST(Histogram, KnowsSharesWithinOnePercent) {
  Histogram histogram;
  for (int i = 1; i <= 1'000'000; ++i) histogram.Add(nanoseconds(i));
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const auto found = static_cast<double>(histogram.At(share).count());
    EXPECT_GE(found, share * 1e6 - 1) << share;
    EXPECT_LE(found, share * 1e6 * 1.01) << share;
  }
  EXPECT_EQ(histogram.At(1), nanoseconds(1'000'000));
  EXPECT_EQ(histogram.Max(), nanoseconds(1'000'000));
  EXPECT_EQ(histogram.Mean(), nanoseconds(500'000));
}

TEST(Histogram, AddsUp) {
  Histogram a;
  Histogram b;
  a.Add(nanoseconds(10));
  b.Add(std::chrono::hours(3));  // Longer than it can tell apart.
  a.Add(b);
  EXPECT_EQ(a.Count(), 2U);
  EXPECT_EQ(a.At(0.5), nanoseconds(10));
  EXPECT_EQ(a.Max(), std::chrono::hours(3));
}

TEST(Histogram, HasNothingToTellWhenEmpty) {
  EXPECT_EQ(Histogram().At(0.99), nanoseconds(0));
  EXPECT_EQ(Histogram().Mean(), nanoseconds(0));
}

}  // namespace
}  // namespace vss::bench
