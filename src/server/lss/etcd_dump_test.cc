#include "server/lss/etcd_dump.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "crypto/base64.h"
#include "crypto/hex.h"
#include "tests/support/vectors.h"

namespace vss::server {
namespace {

// What etcd 3.4 printed after some puts by hand, with the key "someone/elses" among them.
constexpr const char* kDump =
    R"({"header":{"cluster_id":15118495548433857066,"member_id":13668033151171901709,"revision":10,)"
    R"("raft_term":2},"kvs":[{"key":"MDI0ZDRiNmNkMTM2MTAzMmNhOWJkMmFlYjlkOTAwYWE0ZDQ1ZDllYWQ4MGFj)"
    R"(OTQyMzM3NGM0NTFhNzI1NGQwNzY2L2EvYi9j","create_revision":8,"mod_revision":8,"version":1,)"
    R"("value":"Y2Fmw6k="},{"key":"MDMxYjg0YzU1NjdiMTI2NDQwOTk1ZDNlZDVhYWJhMDU2NWQ3MWUxODM0NjA0OD)"
    R"(E5ZmY5YzE3ZjVlOWQ1ZGQwNzhmL19XUklURVI=","create_revision":2,"mod_revision":4,"version":3,)"
    R"("value":"dzM="},{"key":"MDMxYjg0YzU1NjdiMTI2NDQwOTk1ZDNlZDVhYWJhMDU2NWQ3MWUxODM0NjA0ODE5ZmY)"
    R"(5YzE3ZjVlOWQ1ZGQwNzhmL2dvbmU=","create_revision":6,"mod_revision":7,"version":2},)"
    R"({"key":"c29tZW9uZS9lbHNlcw==","create_revision":9,"mod_revision":9,"version":1,)"
    R"("value":"MQ=="}],"count":4})";

Result<EtcdDump> Read(const std::string& text) {
  std::istringstream stream(text);
  return EtcdDump::Read(stream);
}

TEST(LssEtcdDump, HasEveryRecordOfEveryClient) {
  auto dump = Read(kDump);
  ASSERT_TRUE(dump) << dump.error().message;
  EXPECT_EQ(dump->Count(), 3u);
  EXPECT_EQ(dump->Skipped(), 1u);
  const auto records = dump->Next();
  ASSERT_EQ(records->size(), 3u);
  EXPECT_EQ(crypto::EncodeHex(BytesOf(records->at(0).client_id)),
            "024d4b6cd1361032ca9bd2aeb9d900aa4d45d9ead80ac9423374c451a7254d0766");
  EXPECT_EQ(records->at(0).record, (Record{"a/b/c", 0, "caf\xc3\xa9"}));
  EXPECT_EQ(records->at(1).record, (Record{"_WRITER", 2, "w3"}));
  EXPECT_EQ(records->at(2).record, (Record{"gone", 1, ""}));
  EXPECT_EQ(records->at(2).client_id, records->at(1).client_id);
  EXPECT_TRUE(dump->Next()->empty());
}

// The original names records alike wherever it keeps them.
TEST(LssEtcdDump, HasTheKeysOfTheVectors) {
  for (const auto& vector : vss::testing::LssVectors("redb_record")) {
    const std::string key = vector.at("db_key");
    const nlohmann::json entry = {
        {"key", crypto::EncodeBase64(BytesOf(key), crypto::Base64::kStandard)},
        {"version", vector.at("version").get<Version>() + 1},
        {"value", "eA=="}};
    auto dump = Read(nlohmann::json({{"kvs", {entry}}, {"count", 1}}).dump());
    ASSERT_TRUE(dump) << dump.error().message;
    const auto record = dump->Next()->at(0);
    EXPECT_EQ(crypto::EncodeHex(BytesOf(record.client_id)),
              vector.at("client_id").get<std::string>());
    EXPECT_EQ(record.record.key, vector.at("key").get<std::string>());
    EXPECT_EQ(record.record.version, vector.at("version"));
  }
}

TEST(LssEtcdDump, OfAnEmptyEtcdIsEmpty) {
  const auto dump = Read(R"({"header":{"revision":1}})");
  ASSERT_TRUE(dump);
  EXPECT_EQ(dump->Count(), 0u);
}

TEST(LssEtcdDump, OnAnIdOfAnotherFormIsNotSkipped) {
  auto entry = nlohmann::json::parse(kDump);
  // 130 digits and "/a": an uncompressed key, which is for the import to refuse.
  std::string key;
  for (int i = 0; i < 43; ++i) key += "MDQw";
  entry["kvs"] = {{{"key", key + "MS9h"}, {"version", 1}, {"value", "eA=="}}};
  entry["count"] = 1;
  auto dump = Read(entry.dump());
  ASSERT_TRUE(dump) << dump.error().message;
  EXPECT_EQ(dump->Count(), 1u);
  EXPECT_EQ(dump->Next()->front().client_id.size(), 65u);
}

TEST(LssEtcdDump, IsWholeOrRefused) {
  const auto with = [](const auto& change) {
    auto dump = nlohmann::json::parse(kDump);
    change(dump);
    return Read(dump.dump()).has_value();
  };
  EXPECT_TRUE(with([](auto&) {}));
  EXPECT_FALSE(with([](auto& dump) { dump["more"] = true; }));
  EXPECT_FALSE(with([](auto& dump) { dump["more"] = 1; }));
  EXPECT_FALSE(with([](auto& dump) { dump["count"] = 5; }));
  EXPECT_FALSE(with([](auto& dump) { dump["count"] = "4"; }));
  for (const Version version : {Version{0}, std::numeric_limits<Version>::min()}) {
    EXPECT_FALSE(with([=](auto& dump) { dump["kvs"][0]["version"] = version; }));
  }
  EXPECT_FALSE(with([](auto& dump) { dump["kvs"].erase(1); }));
  EXPECT_FALSE(with([](auto& dump) { std::swap(dump["kvs"][0], dump["kvs"][1]); }));
  EXPECT_FALSE(with([](auto& dump) { dump["kvs"][1] = dump["kvs"][0]; }));
  EXPECT_FALSE(with([](auto& dump) { dump["kvs"][0].erase("version"); }));
  EXPECT_FALSE(with([](auto& dump) { dump["kvs"][0]["key"] = "*"; }));
  EXPECT_FALSE(with([](auto& dump) { dump["kvs"][0]["value"] = 7; }));
  EXPECT_FALSE(with([](auto& dump) {
    for (auto& entry : dump["kvs"]) entry.erase("value");  // As with --keys-only.
  }));
  for (const char* const text : {"", "[]", "etcd", R"({"kvs":7})", R"({"kvs":[7],"count":1})"}) {
    EXPECT_FALSE(Read(text)) << text;
  }
}

}  // namespace
}  // namespace vss::server
