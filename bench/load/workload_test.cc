// What the load generator asks is what the server understands, and it believes no wrong answer.
#include "bench/load/workload.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "vss_api/codec.h"

namespace vss::bench {
namespace {

class WorkloadTest : public ::testing::Test {
 protected:
  std::unique_ptr<Workload> Make(const std::string& operation) {
    return MakeSingle({.operation = operation, .clients = 2, .keys = 4, .value_bytes = 100},
                      *wallets_, values_);
  }
  Task Next(Workload& workload) {
    Task task;
    EXPECT_TRUE(workload.Next(0, task));
    return task;
  }
  std::string GetReply(const Key& key, std::string value) {
    const auto [head, tail] = vss_api::EncodeGetResponse({key, 1, std::move(value)});
    return head + tail;
  }

  std::unique_ptr<Wallets> wallets_ =
      *Wallets::Make({.name = "test", .stores = 2, .tenants = 2, .auth = Auth::kNone});
  Values values_{100'000};
  Random random_{1};
};

TEST_F(WorkloadTest, APutIsOneWholeMessage) {
  const auto workload = Make("put");
  const Task task = Next(*workload);
  const auto request = vss_api::DecodePutRequest(task.body);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->store_id, wallets_->StoreId(task.store));
  ASSERT_EQ(request->puts.size(), 1U);
  EXPECT_EQ(request->puts[0].key, Wallets::KeyName(task.key));
  EXPECT_EQ(request->puts[0].version, vss_api::kUnconditional);
  EXPECT_TRUE(values_.IsOurs(request->puts[0].value));
}

TEST_F(WorkloadTest, VersionsFollowWhatWasAnswered) {
  const auto workload = MakeSingle(
      {.operation = "put-global", .clients = 2, .keys = 1, .value_bytes = 8}, *wallets_, values_);
  for (const int n : {0, 1}) {
    const Task task = Next(*workload);
    const auto request = vss_api::DecodePutRequest(task.body);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->global_version, n);
    EXPECT_EQ(request->puts[0].version, n + 1) << "it was filled at version 1";
    EXPECT_EQ(workload->Judge(0, task, 200, ""), "");
  }
}

TEST_F(WorkloadTest, AWrongValueIsNoticed) {
  const auto workload = Make("get");
  const Task task = Next(*workload);
  const auto request = vss_api::DecodeGetRequest(task.body);
  ASSERT_TRUE(request);
  std::string value(values_.Make(random_, 100));
  EXPECT_EQ(workload->Judge(0, task, 200, GetReply(request->key, value)), "");
  EXPECT_NE(workload->Judge(0, task, 200, GetReply("another", value)), "");
  EXPECT_NE(workload->Judge(0, task, 200, GetReply(request->key, value.substr(1))), "");
  value[50] ^= 1;
  EXPECT_NE(workload->Judge(0, task, 200, GetReply(request->key, value)), "");
  EXPECT_NE(workload->Judge(0, task, 503, ""), "");
}

TEST_F(WorkloadTest, AShortPageIsNoticed) {
  const auto workload = Make("list");
  const Task task = Next(*workload);
  ASSERT_TRUE(vss_api::DecodeListRequest(task.body));
  vss_api::ListResponse response;
  response.key_versions.resize(4);
  EXPECT_EQ(workload->Judge(0, task, 200, vss_api::EncodeListResponse(response)), "");
  response.key_versions.resize(3);
  EXPECT_NE(workload->Judge(0, task, 200, vss_api::EncodeListResponse(response)), "");
}

TEST_F(WorkloadTest, FillingWritesEveryKeyOfEveryStore) {
  const auto fill = MakeFill({.clients = 1, .keys = 700, .value_bytes = 10}, *wallets_, values_);
  std::vector<std::string> written;
  Task task;
  while (fill->Next(0, task)) {
    const auto request = vss_api::DecodePutRequest(task.body);
    ASSERT_TRUE(request);
    for (const auto& item : request->puts) written.push_back(request->store_id + item.key);
  }
  std::sort(written.begin(), written.end());
  EXPECT_EQ(std::unique(written.begin(), written.end()), written.end());
  EXPECT_EQ(written.size(), 1400U);
}

TEST_F(WorkloadTest, TheMixDeletesOnlyWhatItWrote) {
  const auto workload = MakeWalletMix({.clients = 2}, *wallets_, values_);
  std::vector<Key> there;
  for (int i = 0; i < 5000; ++i) {
    const Task task = Next(*workload);
    if (task.route == Route::kPut) {
      there.push_back(vss_api::DecodePutRequest(task.body)->puts.at(0).key);
    } else if (task.route == Route::kDelete) {
      const auto found =
          std::find(there.begin(), there.end(), vss_api::DecodeDeleteRequest(task.body)->item->key);
      ASSERT_NE(found, there.end());
      there.erase(found);
    }
  }
}

}  // namespace
}  // namespace vss::bench
