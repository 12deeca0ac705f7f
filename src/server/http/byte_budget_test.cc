#include "server/http/byte_budget.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace vss::server {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

class ByteBudgetTest : public ::testing::Test {
 protected:
  ByteLease LeaseOf(const char* address) {
    return ByteLease(budget_->AccountOf(*IpAddress::Parse(address)));
  }

  const std::shared_ptr<ByteBudget> budget_ = std::make_shared<ByteBudget>(64 * kMiB);
};

TEST_F(ByteBudgetTest, CountsWhatIsHeld) {
  {
    ByteLease lease = LeaseOf("192.0.2.1");
    EXPECT_TRUE(lease.TrySet(5 * kMiB));
    EXPECT_TRUE(lease.TrySet(3 * kMiB));
    ByteLease other = std::move(lease);
    EXPECT_EQ(budget_->InUse(), 3 * kMiB);
    EXPECT_FALSE(other.TrySet(100 * kMiB));
    EXPECT_EQ(budget_->InUse(), 3 * kMiB);
    other.Set(100 * kMiB);
    EXPECT_EQ(budget_->InUse(), 100 * kMiB);
  }
  EXPECT_EQ(budget_->InUse(), 0U);
}

TEST_F(ByteBudgetTest, NobodyTakesWhatTheOthersNeed) {
  ByteLease greedy = LeaseOf("192.0.2.1");
  ByteLease greedier = LeaseOf("192.0.2.1");
  EXPECT_TRUE(greedy.TrySet(40 * kMiB)) << "while nobody else wants it";
  EXPECT_FALSE(greedier.TrySet(1)) << "not even a little";
  ByteLease other = LeaseOf("192.0.2.2");
  EXPECT_TRUE(other.TrySet(16 * kMiB));
  EXPECT_FALSE(other.TrySet(17 * kMiB)) << "a quarter";
}

TEST_F(ByteBudgetTest, AnEighthIsLeftToTheSmall) {
  std::vector<ByteLease> large;
  for (const char* address : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}) {
    large.push_back(LeaseOf(address));
    EXPECT_TRUE(large.back().TrySet(14 * kMiB));
  }
  ByteLease late = LeaseOf("192.0.2.5");
  EXPECT_FALSE(late.TrySet(ByteBudget::kSmallBytes + 1));
  EXPECT_TRUE(late.TrySet(ByteBudget::kSmallBytes));
}

TEST_F(ByteBudgetTest, OneCustomerOfIpv6IsOneHousehold) {
  ByteLease first = LeaseOf("2001:db8::1");
  ByteLease second = LeaseOf("2001:db8::2");
  EXPECT_TRUE(first.TrySet(33 * kMiB));
  EXPECT_FALSE(second.TrySet(1));
}

TEST_F(ByteBudgetTest, ForgetsWhoHoldsNothing) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 10'000; ++i) {
        ByteLease lease = LeaseOf("192.0.2.1");
        EXPECT_TRUE(lease.TrySet(kMiB));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget_->InUse(), 0U);
  EXPECT_TRUE(LeaseOf("192.0.2.1").TrySet(40 * kMiB));
}

}  // namespace
}  // namespace vss::server
