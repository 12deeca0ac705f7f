// Requests: byte for byte what the vectors say, and what libprotobuf writes.

#include "vss/signer/request.h"

#include <gtest/gtest.h>

#include <functional>

#include "seal/test_support.h"
#include "tests/support/vectors.h"
#include "vss.pb.h"

namespace vss::seal {
namespace {

std::string Built(const std::function<Written(std::span<std::uint8_t>)>& encode) {
  const Written needed = encode({});
  if (needed.size == 0) {
    EXPECT_EQ(needed.status, Status::kOk);
    return "";
  }
  EXPECT_EQ(needed.status, Status::kBufferTooSmall);
  Bytes small(needed.size - 1, 0x55);
  EXPECT_EQ(encode(small).size, needed.size);
  EXPECT_EQ(small, Bytes(small.size(), 0x55));
  Bytes out(needed.size + 1, 0x55);
  const Written written = encode(out);
  EXPECT_EQ(written.status, Status::kOk);
  EXPECT_EQ(written.size, needed.size);
  EXPECT_EQ(out.back(), 0x55);
  return std::string(TextOf(out).substr(0, written.size));
}

std::string HexOfText(std::string_view text) { return crypto::EncodeHex(BytesOf(text)); }

// An item of a vector, and its bytes.
struct OwnedItem {
  std::string key;
  std::int64_t version = 0;
  Bytes value;
  Item View() const { return {key, version, value}; }
};
OwnedItem ItemFrom(const nlohmann::json& fields) {
  return {TextIn(fields, "key"), fields.at("version").get<std::int64_t>(),
          fields.contains("value_hex") ? BytesIn(fields, "value_hex") : Bytes()};
}

std::string BuildPut(const nlohmann::json& fields) {
  std::vector<OwnedItem> owned;
  std::vector<Item> puts;
  std::vector<Item> deletes;
  const auto puts_in = fields.value("transaction_items", nlohmann::json::array());
  const auto deletes_in = fields.value("delete_items", nlohmann::json::array());
  for (const auto& item : puts_in) owned.push_back(ItemFrom(item));
  for (const auto& item : deletes_in) owned.push_back(ItemFrom(item));
  for (const OwnedItem& item : owned) {
    (puts.size() < puts_in.size() ? puts : deletes).push_back(item.View());
  }
  const std::string store = TextIn(fields, "store_id");
  PutRequest request{.store_id = store, .puts = puts, .deletes = deletes};
  if (fields.contains("global_version")) request.global_version = fields["global_version"];
  return Built([&](auto out) { return EncodePut(request, out); });
}

std::string BuildList(const nlohmann::json& fields) {
  const std::string store = TextIn(fields, "store_id");
  const std::string prefix = fields.value("key_prefix", "");
  const std::string token = fields.value("page_token", "");
  ListRequest request{.store_id = store};
  if (fields.contains("key_prefix")) request.key_prefix = prefix;
  if (fields.contains("page_size")) request.page_size = fields["page_size"];
  if (fields.contains("page_token")) request.page_token = token;
  return Built([&](auto out) { return EncodeList(request, out); });
}

std::string Build(const std::string& message, const nlohmann::json& fields) {
  const std::string store = TextIn(fields, "store_id");
  if (message == "PutObjectRequest") return BuildPut(fields);
  if (message == "ListKeyVersionsRequest") return BuildList(fields);
  if (message == "DeleteObjectRequest") {
    const OwnedItem item = ItemFrom(fields.at("key_value"));
    return Built([&](auto out) { return EncodeDelete(store, item.View(), out); });
  }
  const std::string key = TextIn(fields, "key");
  EXPECT_EQ(message, "GetObjectRequest");
  return Built([&](auto out) { return EncodeGet(store, key, out); });
}

TEST(Request, MatchesTheSharedVectors) {
  for (const auto& vector : testing::ClientVectors("requests")) {
    EXPECT_EQ(HexOfText(Build(vector.at("message"), vector.at("fields"))),
              vector.at("hex").get<std::string>())
        << TextIn(vector, "id");
  }
}

void Fill(testing::Random& random, OwnedItem& item, vss::KeyValue& message) {
  item = {RandomText(random, testing::Below(random, 3) * 100),
          static_cast<std::int64_t>(testing::Below(random, 4)) - 1,
          RandomBytes(random, testing::Below(random, 3) * 150)};
  message.set_key(item.key);
  message.set_version(item.version);
  message.set_value(std::string(TextOf(item.value)));
}

TEST(Request, IsWhatLibprotobufWrites) {
  testing::Random random = testing::MakeRandom();
  for (int round = 0; round < 300; ++round) {
    vss::PutObjectRequest expected;
    const std::string store = RandomText(random, testing::Below(random, 2) * 120);
    expected.set_store_id(store);
    std::vector<OwnedItem> owned(testing::Below(random, 6));
    std::vector<Item> puts;
    std::vector<Item> deletes;
    for (OwnedItem& item : owned) {
      const bool is_put = testing::Below(random, 2) == 0;
      Fill(random, item, is_put ? *expected.add_transaction_items() : *expected.add_delete_items());
      (is_put ? puts : deletes).push_back(item.View());
    }
    PutRequest request{.store_id = store, .puts = puts, .deletes = deletes};
    if (testing::Below(random, 2) == 0) {
      request.global_version = static_cast<std::int64_t>(testing::Below(random, 3)) - 1;
      expected.set_global_version(*request.global_version);
    }
    EXPECT_EQ(Built([&](auto out) { return EncodePut(request, out); }),
              expected.SerializeAsString());
  }
}

TEST(Request, WhatIsSetIsWrittenEvenIfItIsEmpty) {
  vss::ListKeyVersionsRequest expected;
  expected.set_key_prefix("");
  expected.set_page_size(0);
  expected.set_page_token("");
  const ListRequest request{.store_id = "", .key_prefix = "", .page_size = 0, .page_token = ""};
  EXPECT_EQ(Built([&](auto out) { return EncodeList(request, out); }),
            expected.SerializeAsString());
  EXPECT_EQ(Built([&](auto out) { return EncodeList({.store_id = ""}, out); }), "");
}

}  // namespace
}  // namespace vss::seal
