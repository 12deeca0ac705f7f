#include "service/token_buckets.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/support/seed.h"

namespace vss::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime kStart = SteadyTime(std::chrono::hours(1));
constexpr std::size_t kSlots = 1024;
constexpr Rate kTenASecond = {.per_second = 10, .burst = 20};

// How many requests `owner` gets through at once.
int Granted(TokenBuckets& buckets, std::uint64_t owner, SteadyTime now, int asked = 1000) {
  int granted = 0;
  for (int i = 0; i < asked; ++i) granted += !buckets.Take(owner, 1, now);
  return granted;
}

TEST(TokenBuckets, GivesABurstAndThenItsRate) {
  TokenBuckets buckets(kTenASecond, kSlots);
  EXPECT_EQ(Granted(buckets, 1, kStart), 20);
  EXPECT_EQ(Granted(buckets, 1, kStart), 0);
  EXPECT_EQ(Granted(buckets, 1, kStart + seconds(1)), 10);
  EXPECT_EQ(Granted(buckets, 1, kStart + milliseconds(1100)), 1);
  EXPECT_EQ(Granted(buckets, 1, kStart + seconds(100)), 20) << "it holds no more than a burst";
}

TEST(TokenBuckets, SaysHowLongToWait) {
  TokenBuckets buckets(kTenASecond, kSlots);
  EXPECT_EQ(buckets.WaitOf(1, kStart), std::nullopt);
  Granted(buckets, 1, kStart);
  const auto wait = buckets.Take(1, 1, kStart);
  ASSERT_TRUE(wait);
  EXPECT_EQ(buckets.WaitOf(1, kStart), wait);
  EXPECT_TRUE(buckets.Take(1, 1, kStart + *wait - std::chrono::nanoseconds(1)));
  EXPECT_FALSE(buckets.Take(1, 1, kStart + *wait));
}

TEST(TokenBuckets, PaysAnyCostAndOwesTheRest) {
  TokenBuckets buckets(kTenASecond, kSlots);
  EXPECT_EQ(Granted(buckets, 1, kStart, 19), 19);
  EXPECT_FALSE(buckets.Take(1, 101, kStart));  // One is left, so a hundred are owed.
  EXPECT_TRUE(buckets.Take(1, 1, kStart + milliseconds(10'099)));
  EXPECT_FALSE(buckets.Take(1, 1, kStart + milliseconds(10'100)));
}

TEST(TokenBuckets, EveryOwnerHasItsOwn) {
  TokenBuckets buckets(kTenASecond, kSlots);
  for (std::uint64_t owner = 0; owner < 100; ++owner) {
    EXPECT_EQ(Granted(buckets, owner, kStart), 20) << owner;
  }
}

TEST(TokenBuckets, ARateOfZeroIsNoLimit) {
  TokenBuckets buckets({.per_second = 0, .burst = 5}, kSlots);
  EXPECT_EQ(Granted(buckets, 1, kStart), 1000);
  buckets.Charge(1, 1e9, kStart);
  buckets.Return(1, 1);
  EXPECT_EQ(buckets.WaitOf(1, kStart), std::nullopt);
}

TEST(TokenBuckets, OneIsAlwaysPossible) {
  TokenBuckets buckets({.per_second = 1, .burst = 0}, 0);
  EXPECT_EQ(Granted(buckets, 1, kStart), 1);
  EXPECT_EQ(Granted(buckets, 1, kStart + seconds(2)), 1);
}

TEST(TokenBuckets, ExtremesDoNotOverflow) {
  TokenBuckets slow({.per_second = 1e-12, .burst = 1e18}, kSlots);
  for (int i = 0; i < 3; ++i) slow.Charge(1, 1e18, kStart);
  EXPECT_TRUE(slow.Take(1, 1, kStart));
  TokenBuckets fast({.per_second = 1e18, .burst = 1}, kSlots);
  EXPECT_EQ(Granted(fast, 1, kStart + seconds(1), 1), 1);
}

TEST(TokenBuckets, WhatIsReturnedCanBeTakenAgain) {
  TokenBuckets buckets(kTenASecond, kSlots);
  Granted(buckets, 1, kStart);
  for (int i = 0; i < 3; ++i) buckets.Return(1, 1);
  EXPECT_EQ(Granted(buckets, 1, kStart), 3);
  for (int i = 0; i < 100; ++i) buckets.Return(1, 1);
  EXPECT_EQ(Granted(buckets, 1, kStart), 20) << "it holds no more than a burst";
}

TEST(TokenBuckets, ACommonRoundOfTakeAndReturnGivesNothingAway) {
  TokenBuckets buckets(kTenASecond, kSlots);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(buckets.Take(1, 1, kStart));
    buckets.Return(1, 1);
  }
  EXPECT_EQ(Granted(buckets, 1, kStart), 20);
}

TEST(TokenBuckets, AChargeIsNeverRefused) {
  TokenBuckets buckets(kTenASecond, kSlots);
  for (int i = 0; i < 30; ++i) buckets.Charge(1, 1, kStart);
  EXPECT_EQ(Granted(buckets, 1, kStart + milliseconds(1'099)), 0);
  EXPECT_EQ(Granted(buckets, 1, kStart + milliseconds(1'100)), 1);
}

TEST(TokenBuckets, DoesAsABucketWould) {
  testing::Random random = testing::MakeRandom();
  TokenBuckets buckets(kTenASecond, kSlots);
  struct Bucket {
    double tokens = kTenASecond.burst;
  };
  std::array<Bucket, 4> model;
  SteadyTime now = kStart;
  for (int step = 0; step < 20'000; ++step) {
    const auto pause = milliseconds(testing::Below(random, 300));
    now += pause;
    for (Bucket& bucket : model) {
      const double earned = kTenASecond.per_second * static_cast<double>(pause.count()) / 1000;
      bucket.tokens = std::min(bucket.tokens + earned, kTenASecond.burst);
    }
    const std::uint64_t owner = testing::Below(random, model.size());
    const double cost = static_cast<double>(testing::Below(random, 30));
    double& tokens = model[owner].tokens;
    const bool granted = !buckets.Take(owner, cost, now);
    // On the edge rounding decides.
    if (std::abs(tokens - 1) > 1e-4) {
      ASSERT_EQ(granted, tokens >= 1) << step;
    }
    if (granted) tokens -= cost;
  }
}

TEST(TokenBuckets, NewNamesGetNoMoreThanTheSlotsHave) {
  testing::Random random = testing::MakeRandom();
  TokenBuckets buckets(kTenASecond, kSlots);
  constexpr int kNames = 20'000;
  constexpr int kMost = static_cast<int>(kSlots * kTenASecond.burst);
  int granted = 0;
  for (int name = 0; name < kNames; ++name) granted += Granted(buckets, random(), kStart, 5);
  EXPECT_LE(granted, kMost);
  EXPECT_GT(granted, kMost / 2);

  // Nor more than their rate afterwards.
  granted = 0;
  for (int name = 0; name < kNames; ++name) {
    granted += Granted(buckets, random(), kStart + seconds(1), 5);
  }
  EXPECT_LE(granted, static_cast<int>(kSlots * kTenASecond.per_second));
}

TEST(TokenBuckets, NobodyIsForgivenBecauseOthersCome) {
  testing::Random random = testing::MakeRandom();
  TokenBuckets buckets({.per_second = 1, .burst = 1000}, kSlots);
  const std::uint64_t owner = random();
  EXPECT_EQ(Granted(buckets, owner, kStart), 1000);
  for (int name = 0; name < 100'000; ++name) buckets.Take(random(), 1, kStart);
  EXPECT_EQ(Granted(buckets, owner, kStart), 0);
}

TEST(TokenBuckets, OthersAreForgottenOnceTheyAreFull) {
  testing::Random random = testing::MakeRandom();
  TokenBuckets buckets(kTenASecond, kSlots);
  for (int name = 0; name < 20'000; ++name) Granted(buckets, random(), kStart, 5);
  EXPECT_EQ(Granted(buckets, random(), kStart + seconds(4)), 20);
}

TEST(TokenBuckets, ThreadsShareABucketExactly) {
  TokenBuckets buckets({.per_second = 1, .burst = 5000}, kSlots);
  std::atomic<int> granted = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        granted += !buckets.Take(1, 1, kStart);
        buckets.Charge(2 + i % 100, 1, kStart);
        buckets.Return(2 + i % 100, 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(granted, 5000);
  EXPECT_EQ(Granted(buckets, 2, kStart, 10'000), 5000);
}

}  // namespace
}  // namespace vss::service
