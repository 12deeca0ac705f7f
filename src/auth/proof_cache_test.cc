#include "auth/proof_cache.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace vss::auth {
namespace {

crypto::Digest HeaderNumber(std::size_t number) {
  return crypto::Sha256({BytesOf(std::to_string(number))});
}

Proof ProofFor(std::string tenant) {
  return {.tenant = std::move(tenant), .from = 10, .until = 20};
}

TEST(ProofCache, FindsWhatWasPutInWhileItCounts) {
  ProofCache cache({});
  cache.Insert(HeaderNumber(1), ProofFor("alice"));
  EXPECT_EQ(cache.Find(HeaderNumber(1), 10), "alice");
  EXPECT_EQ(cache.Find(HeaderNumber(1), 20), "alice");
  EXPECT_EQ(cache.Find(HeaderNumber(1), 9), std::nullopt);
  EXPECT_EQ(cache.Find(HeaderNumber(1), 21), std::nullopt);
  EXPECT_EQ(cache.Find(HeaderNumber(2), 15), std::nullopt);
}

TEST(ProofCache, KeepsOneEntryForAHeader) {
  ProofCache cache({});
  for (int i = 0; i < 100; ++i) cache.Insert(HeaderNumber(1), ProofFor("alice"));
  EXPECT_EQ(cache.Size(), 1u);
}

TEST(ProofCache, ATenantPushesOutOnlyItself) {
  ProofCache cache({.proofs_max = 1024, .proofs_per_tenant_max = 16});
  std::size_t number = 0;
  for (; number < 64; ++number) {
    cache.Insert(HeaderNumber(number), ProofFor("wallet " + std::to_string(number)));
  }
  for (; number < 20'000; ++number) cache.Insert(HeaderNumber(number), ProofFor("mallory"));

  EXPECT_EQ(cache.Size(), 64u + 16u);
  for (std::size_t wallet = 0; wallet < 64; ++wallet) {
    EXPECT_EQ(cache.Find(HeaderNumber(wallet), 15), "wallet " + std::to_string(wallet));
  }
  EXPECT_EQ(cache.Find(HeaderNumber(number - 1), 15), "mallory") << "the newest is kept";
}

TEST(ProofCache, IsBoundedAndKeepsTheNewest) {
  ProofCache cache({.proofs_max = 256, .proofs_per_tenant_max = 16});
  constexpr std::size_t kProofs = 10'000;
  for (std::size_t number = 0; number < kProofs; ++number) {
    cache.Insert(HeaderNumber(number), ProofFor(std::to_string(number)));
  }
  EXPECT_EQ(cache.Size(), 256u);
  for (std::size_t number = kProofs - 100; number < kProofs; ++number) {
    EXPECT_EQ(cache.Find(HeaderNumber(number), 15), std::to_string(number));
  }
}

TEST(ProofCache, ManyThreadsMayUseIt) {
  ProofCache cache({.proofs_max = 64, .proofs_per_tenant_max = 8});
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&cache, thread] {
      for (std::size_t i = 0; i < 2000; ++i) {
        const std::string tenant = std::to_string((i + thread) % 50);
        const crypto::Digest header = crypto::Sha256({BytesOf(tenant)});
        cache.Insert(header, ProofFor(tenant));
        const auto found = cache.Find(header, 15);
        EXPECT_EQ(found.value_or(tenant), tenant);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.Size(), 64u);
}

}  // namespace
}  // namespace vss::auth
