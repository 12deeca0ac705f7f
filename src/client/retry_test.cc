#include "vss/retry.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/vectors.h"
#include "tests/support/zero_entropy.h"

namespace vss::client {
namespace {

using std::chrono::milliseconds;

// All waits, until there is none.
std::vector<Duration> Schedule(const RetryPolicy& policy) {
  vss::testing::ZeroEntropy entropy;
  std::vector<Duration> delays;
  Duration waited{0};
  while (const auto delay =
             DelayAfter(policy, static_cast<int>(delays.size()) + 1, waited, entropy)) {
    delays.push_back(*delay);
    waited += *delay;
  }
  return delays;
}

TEST(Retry, FollowsTheSchedulesOfOtherClients) {
  for (const auto& vector : vss::testing::ClientVectors("retry_schedules_without_jitter")) {
    RetryPolicy policy{.base = milliseconds(vector["base_ms"]),
                       .attempts_max = vector["max_attempts"].is_null()
                                           ? 0
                                           : static_cast<int>(vector["max_attempts"]),
                       .waits_max = milliseconds(vector["max_total_delay_ms"]),
                       .jitter_max = milliseconds(0),
                       .gap_max = Duration::max()};
    std::vector<Duration> expected;
    for (const int delay : vector["delays_ms"]) expected.push_back(milliseconds(delay));
    EXPECT_EQ(Schedule(policy), expected) << vector["id"];
  }
}

TEST(Retry, TheOneOfLdkNodeIsAmongThem) {
  const std::vector<Duration> delays = Schedule(RetryPolicy::LdkNode());
  EXPECT_EQ(delays.size(), 13u);
  EXPECT_EQ(delays.back(), milliseconds(81'910));
}

TEST(Retry, NoGapIsLongerThanAgreed) {
  for (const Duration delay : Schedule({})) EXPECT_LE(delay, RetryPolicy().gap_max);
}

TEST(Retry, NeverMeansNever) { EXPECT_TRUE(Schedule(RetryPolicy::Never()).empty()); }

TEST(Retry, ManyAttemptsDoNotOverflow) {
  vss::testing::ZeroEntropy entropy;
  const RetryPolicy patient{
      .attempts_max = 0, .waits_max = Duration::max() / 2, .gap_max = Duration::max() / 4};
  for (const int attempts : {31, 32, 63, 64, 1'000'000}) {
    EXPECT_GT(DelayAfter(patient, attempts, Duration(0), entropy), Duration(0));
  }
}

}  // namespace
}  // namespace vss::client
