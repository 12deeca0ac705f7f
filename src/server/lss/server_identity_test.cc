#include "server/lss/server_identity.h"

#include <gtest/gtest.h>

#include "store/memory/memory_store.h"

namespace vss::server {
namespace {

TEST(LssServerIdentity, AStoreStaysWithTheKeyItWasFirstUsedWith) {
  const SystemClock clock;
  store::MemoryStore store(clock);
  const crypto::CompressedKey first{2, 1};
  const crypto::CompressedKey second{2, 2};
  const auto check = [&](const crypto::CompressedKey& id, IfServerIdDiffers if_differs) {
    return CheckServerId(store, id, if_differs, clock);
  };
  EXPECT_TRUE(check(first, IfServerIdDiffers::kRefuse));
  EXPECT_TRUE(check(first, IfServerIdDiffers::kRefuse));
  const auto refused = check(second, IfServerIdDiffers::kRefuse);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::kInvalid);
  EXPECT_NE(refused.error().message.find("020100"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(check(second, IfServerIdDiffers::kAccept));
  EXPECT_TRUE(check(second, IfServerIdDiffers::kRefuse));
  EXPECT_FALSE(check(first, IfServerIdDiffers::kRefuse));
}

TEST(LssServerIdentity, AStoreThatKnowsAKeyIsNotGivenANewOne) {
  const SystemClock clock;
  store::MemoryStore store(clock);
  EXPECT_TRUE(MayMakeServerKey(store, "/data/server_key", clock));
  ASSERT_TRUE(CheckServerId(store, {2, 1}, IfServerIdDiffers::kRefuse, clock));
  const auto refused = MayMakeServerKey(store, "/data/server_key", clock);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::kInvalid);
  for (const char* part : {"0201", "/data/server_key is not there", "accept_new_server_key"}) {
    EXPECT_NE(refused.error().message.find(part), std::string::npos) << refused.error().message;
  }
}

}  // namespace
}  // namespace vss::server
