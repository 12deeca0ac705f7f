// LDK's key-value store on the real server, and what lies on the server then.

#include "vss/kv_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/entropy.h"
#include "tests/conformance/running_server.h"
#include "vss/blocking_kv_store.h"
#include "vss/curl.h"
#include "vss/sealer.h"

namespace vss::client {
namespace {

using seal::LdkNodeSchema;
using seal::RecordName;
using ::testing::ElementsAre;

const RecordName kManager{"", "", "manager"};
const RecordName kMonitor{"monitors", "", "abc_0"};

Secret<32> KeyOf(std::uint8_t byte) {
  Secret<32> key;
  std::ranges::fill(key.Writable(), byte);
  return key;
}
seal::StoreKeys Keys(std::uint8_t byte = 1) {
  return {KeyOf(byte), KeyOf(static_cast<std::uint8_t>(byte + 1))};
}

class KvStoreTest : public ::testing::Test {
 protected:
  Answer<BlockingKvStore> Open(KvStoreOptions options = {}, std::uint8_t wallet = 1) {
    clients_.push_back(NewClient(transport_));
    return BlockingKvStore::Open(*clients_.back(), Keys(wallet), entropy_, options);
  }
  std::unique_ptr<Client> NewClient(Transport& transport) {
    return Client::Make({.base_url = server_->Base() + "/vss", .store_id = "wallet"},
                        FixedCredentials(), transport, clock_, entropy_)
        .value();
  }
  BlockingClient Raw() { return BlockingClient(*clients_.back()); }

  static std::vector<std::string> KeysIn(const RecordListing& listing) {
    std::vector<std::string> keys;
    for (const NamedRecord& record : listing.records) keys.push_back(record.name.key);
    return keys;
  }

  std::unique_ptr<vss::testing::RunningServer> server_ =
      vss::testing::StartServer("memory").value();
  const SystemClock clock_{};
  SystemEntropy entropy_;
  CurlTransport transport_;
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST_F(KvStoreTest, WhatOneDeviceWritesAnotherFinds) {
  auto phone = Open().value();
  EXPECT_EQ(phone.Schema(), LdkNodeSchema::kV1);
  EXPECT_EQ(phone.Read(kManager).value(), std::nullopt);
  ASSERT_TRUE(phone.Write(kManager, "first").value().IsCommitted());
  ASSERT_TRUE(phone.Write(kManager, "second").value().IsCommitted());
  ASSERT_TRUE(phone.Write(kMonitor, "").value().IsCommitted());

  auto laptop = Open().value();
  EXPECT_EQ(laptop.Read(kManager).value(), "second");
  EXPECT_EQ(laptop.Read(kMonitor).value(), "");
  EXPECT_THAT(KeysIn(laptop.List("monitors", "").value()), ElementsAre("abc_0"));
  EXPECT_TRUE(laptop.Remove(kMonitor).value().IsCommitted());
  EXPECT_TRUE(laptop.Remove(kMonitor).value().IsCommitted());
  EXPECT_EQ(phone.Read(kMonitor).value(), std::nullopt);
}

TEST_F(KvStoreTest, TheServerLearnsNeitherNamesNorValues) {
  auto store = Open().value();
  ASSERT_TRUE(store.Write(kMonitor, "a value to be kept secret").value().IsCommitted());
  BlockingClient raw = Raw();
  const Listing all = raw.List().value();
  ASSERT_EQ(all.keys.size(), 2u);  // And the schema marker.
  EXPECT_EQ(all.keys[0].key.find("monitors"), std::string::npos);
  EXPECT_EQ(raw.Get(all.keys[0].key).value()->value.find("secret"), std::string::npos);
}

TEST_F(KvStoreTest, AValueThatWasMovedOrChangedDoesNotOpen) {
  auto store = Open().value();
  ASSERT_TRUE(store.Write(kManager, "manager").value().IsCommitted());
  ASSERT_TRUE(store.Write(kMonitor, "monitor").value().IsCommitted());
  BlockingClient raw = Raw();
  const Listing all = raw.List().value();
  const std::string& monitor_key = all.keys[0].key;
  const std::string& manager_key = all.keys[1].key;
  const std::string manager = raw.Get(manager_key).value()->value;
  ASSERT_TRUE(raw.Put({monitor_key, manager, Expect::Unconditional()}).value().IsCommitted());
  EXPECT_EQ(store.Read(kMonitor).error().kind, Kind::kCorrupt);
  ASSERT_TRUE(raw.Put({manager_key, "nonsense", Expect::Unconditional()}).value().IsCommitted());
  EXPECT_EQ(store.Read(kManager).error().kind, Kind::kCorrupt);
}

TEST_F(KvStoreTest, AnotherWalletIsNotTakenForAnEmptyOne) {
  ASSERT_TRUE(Open());
  // Its keys are hidden with another key: its own marker is not there.
  EXPECT_EQ(Open({.on_empty = KvStoreOptions::OnEmpty::kRefuse}, 7).error().kind, Kind::kInvalid);
  auto other = Open({}, 7).value();
  ASSERT_TRUE(other.Write(kManager, "other").value().IsCommitted());
  const RecordListing all = other.ListAll().value();
  EXPECT_THAT(KeysIn(all), ElementsAre("manager"));
  EXPECT_EQ(all.foreign_keys.size(), 1u) << "the first wallet's marker";
}

TEST_F(KvStoreTest, AnOldStoreStaysOldAndItsNamespacesAreExact) {
  ASSERT_TRUE(Open());
  const seal::KeyObfuscator obfuscator(Keys().obfuscation_master);
  const seal::LdkNodeLayout old(LdkNodeSchema::kV0, obfuscator);
  const seal::Sealer sealer(KeyOf(1), entropy_);
  BlockingClient raw = Raw();
  ASSERT_TRUE(raw.Delete({seal::SchemaMarkerStorageKey(obfuscator)}).value().IsCommitted());
  const auto put_as_before = [&](const RecordName& name, const std::string& value) {
    const std::string key = old.StorageKey(name).value();
    ASSERT_TRUE(raw.Put({key, sealer.Seal(value, -1, {})}).value().IsCommitted());
  };
  put_as_before({"bdk_wallet", "", "descriptor"}, "old");
  put_as_before({"monitor_updates", "abc", "1"}, "update");
  put_as_before({"monitor_updates", "abcd", "2"}, "of another monitor");

  auto store = Open().value();
  EXPECT_EQ(store.Schema(), LdkNodeSchema::kV0);
  EXPECT_EQ(Open({.allow_old_layout = false}).error().kind, Kind::kCorrupt);
  EXPECT_EQ(store.Read({"bdk_wallet", "", "descriptor"}).value(), "old");
  EXPECT_THAT(KeysIn(store.List("monitor_updates", "abc").value()), ElementsAre("1"));
  ASSERT_TRUE(store.Write(kManager, "in the old layout").value().IsCommitted());
  EXPECT_THAT(KeysIn(store.List("", "").value()), ElementsAre("manager"));
  EXPECT_TRUE(raw.Get(old.StorageKey(kManager).value()).value().has_value());
}

TEST_F(KvStoreTest, TwoDevicesDoNotOverwriteEachOtherUnnoticed) {
  auto phone = Open().value();
  ASSERT_TRUE(phone.Write(kManager, "phone").value().IsCommitted());
  auto laptop = Open().value();
  EXPECT_FALSE(laptop.Write(kManager, "laptop").value().IsCommitted());
  EXPECT_EQ(laptop.Read(kManager).value(), "phone");
  EXPECT_TRUE(laptop.Write(kManager, "laptop").value().IsCommitted());
  EXPECT_FALSE(phone.Write(kManager, "late").value().IsCommitted());
  auto node = Open({.versions = KvStoreOptions::Versions::kUnconditional}).value();
  EXPECT_TRUE(node.Write(kManager, "as LDK Node would").value().IsCommitted());
}

// Does something before the first request to this operation goes out.
class InBetween final : public Transport {
 public:
  InBetween(Transport& next, std::string operation, std::function<void()> act)
      : next_(next), operation_(std::move(operation)), act_(std::move(act)) {}
  void Send(HttpRequest request, Then<HttpReply, TransportFailure> then) override {
    if (act_ && request.url.ends_with(operation_)) std::exchange(act_, nullptr)();
    next_.Send(std::move(request), std::move(then));
  }
  void Wait(Duration time, Then<Done> then) override { next_.Wait(time, std::move(then)); }

 private:
  Transport& next_;
  const std::string operation_;
  std::function<void()> act_;
};

TEST_F(KvStoreTest, WhoeverMarksTheStoreFirstDecidesForBoth) {
  // An old node makes it V0 while we are about to make it V1.
  CurlTransport others;
  const auto old_node = NewClient(others);
  InBetween network(transport_, "putObjects", [&] {
    const seal::KeyObfuscator obfuscator(Keys().obfuscation_master);
    const std::string key = seal::SchemaMarkerStorageKey(obfuscator);
    const std::string marker = seal::EncodeSchemaMarker(LdkNodeSchema::kV0);
    const std::string sealed = seal::Sealer(KeyOf(1), entropy_).Seal(marker, -1, key);
    EXPECT_TRUE(BlockingClient(*old_node).Put({key, sealed}).value().IsCommitted());
  });
  const auto client = NewClient(network);
  const auto store = BlockingKvStore::Open(*client, Keys(), entropy_).value();
  EXPECT_EQ(store.Schema(), LdkNodeSchema::kV0);
}

TEST_F(KvStoreTest, PagesFollowEachOther) {
  auto store = Open().value();
  for (int i = 0; i < 120; ++i) {
    ASSERT_TRUE(store.Write({"payments", "", std::to_string(i)}, "p").value().IsCommitted());
  }
  std::vector<std::string> keys;
  std::string token;
  int pages = 0;
  do {
    const RecordListing page = store.ListPage("payments", "", token).value();
    for (const std::string& key : KeysIn(page)) keys.push_back(key);
    token = page.next_page_token;
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(keys.size(), 120u);
  EXPECT_EQ(keys.front(), "119");
  EXPECT_EQ(store.ListPage("payments", "", "no token").error().kind, Kind::kInvalid);
}

TEST_F(KvStoreTest, NamesThatLdkDoesNotAllowAreNotSent) {
  auto store = Open().value();
  for (const RecordName& name :
       {RecordName{"", "", ""}, RecordName{"", "secondary", "key"}, RecordName{"a#b", "", "key"},
        RecordName{"", "", std::string(121, 'k')}}) {
    EXPECT_EQ(store.Read(name).error().kind, Kind::kInvalid);
    EXPECT_EQ(store.Write(name, "v").error().kind, Kind::kInvalid);
    EXPECT_EQ(store.Remove(name).error().kind, Kind::kInvalid);
  }
  EXPECT_EQ(store.List("", "secondary").error().kind, Kind::kInvalid);
}

}  // namespace
}  // namespace vss::client
