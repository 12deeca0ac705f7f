// LDK's key-value store on the real server, and what lies on the server then.

#include "vss/kv_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/entropy.h"
#include "tests/conformance/running_server.h"
#include "vss/blocking_client.h"
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
  using Opened = Answer<std::shared_ptr<KvStore>>;

  Opened Open(KvStoreOptions options = {}, std::uint8_t wallet = 1) {
    clients_.push_back(Client::Make({.base_url = server_->Base() + "/vss", .store_id = "wallet"},
                                    FixedCredentials(), transport_, clock_, entropy_)
                           .value());
    return Await<std::shared_ptr<KvStore>>([&](auto then) {
      KvStore::Open(*clients_.back(), Keys(wallet), entropy_, options, std::move(then));
    });
  }
  BlockingClient Raw() { return BlockingClient(*clients_.back()); }

  static Answer<std::optional<std::string>> Read(KvStore& store, const RecordName& name) {
    return Await<std::optional<std::string>>([&](auto then) { store.Read(name, std::move(then)); });
  }
  static Answer<WriteOutcome> Write(KvStore& store, const RecordName& name,
                                    const std::string& value) {
    return Await<WriteOutcome>([&](auto then) { store.Write(name, value, std::move(then)); });
  }
  static Answer<WriteOutcome> Remove(KvStore& store, const RecordName& name) {
    return Await<WriteOutcome>([&](auto then) { store.Remove(name, std::move(then)); });
  }
  static Answer<RecordListing> List(KvStore& store, const std::string& primary,
                                    const std::string& secondary) {
    return Await<RecordListing>(
        [&](auto then) { store.List(primary, secondary, std::move(then)); });
  }
  static std::vector<std::string> KeysIn(const RecordListing& listing) {
    std::vector<std::string> keys;
    for (const NamedRecord& record : listing.records) keys.push_back(record.name.key);
    return keys;
  }

  std::unique_ptr<vss::testing::RunningServer> server_ =
      vss::testing::StartServer("memory").value();
  const SystemClock clock_;
  SystemEntropy entropy_;
  CurlTransport transport_;
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST_F(KvStoreTest, WhatOneDeviceWritesAnotherFinds) {
  const auto phone = Open().value();
  EXPECT_EQ(phone->Schema(), LdkNodeSchema::kV1);
  EXPECT_EQ(Read(*phone, kManager).value(), std::nullopt);
  ASSERT_TRUE(Write(*phone, kManager, "first").value().IsCommitted());
  ASSERT_TRUE(Write(*phone, kManager, "second").value().IsCommitted());
  ASSERT_TRUE(Write(*phone, kMonitor, "").value().IsCommitted());

  const auto laptop = Open().value();
  EXPECT_EQ(Read(*laptop, kManager).value(), "second");
  EXPECT_EQ(Read(*laptop, kMonitor).value(), "");
  EXPECT_THAT(KeysIn(List(*laptop, "monitors", "").value()), ElementsAre("abc_0"));
  EXPECT_TRUE(Remove(*laptop, kMonitor).value().IsCommitted());
  EXPECT_TRUE(Remove(*laptop, kMonitor).value().IsCommitted());
  EXPECT_EQ(Read(*phone, kMonitor).value(), std::nullopt);
}

TEST_F(KvStoreTest, TheServerLearnsNeitherNamesNorValues) {
  const auto store = Open().value();
  ASSERT_TRUE(Write(*store, kMonitor, "a value to be kept secret").value().IsCommitted());
  BlockingClient raw = Raw();
  const Listing all = raw.List().value();
  ASSERT_EQ(all.keys.size(), 2u);  // And the schema marker.
  EXPECT_EQ(all.keys[0].key.find("monitors"), std::string::npos);
  EXPECT_EQ(raw.Get(all.keys[0].key).value()->value.find("secret"), std::string::npos);
}

TEST_F(KvStoreTest, AValueThatWasMovedOrChangedDoesNotOpen) {
  const auto store = Open().value();
  ASSERT_TRUE(Write(*store, kManager, "manager").value().IsCommitted());
  ASSERT_TRUE(Write(*store, kMonitor, "monitor").value().IsCommitted());
  BlockingClient raw = Raw();
  const Listing all = raw.List().value();
  const std::string& monitor_key = all.keys[0].key;
  const std::string& manager_key = all.keys[1].key;
  const std::string manager = raw.Get(manager_key).value()->value;
  ASSERT_TRUE(raw.Put({monitor_key, manager, Expect::Unconditional()}).value().IsCommitted());
  EXPECT_EQ(Read(*store, kMonitor).error().kind, Kind::kCorrupt);
  ASSERT_TRUE(raw.Put({manager_key, "nonsense", Expect::Unconditional()}).value().IsCommitted());
  EXPECT_EQ(Read(*store, kManager).error().kind, Kind::kCorrupt);
}

TEST_F(KvStoreTest, AnotherWalletIsNotTakenForAnEmptyOne) {
  ASSERT_TRUE(Open());
  // Its keys are hidden with another key: its own marker is not there.
  EXPECT_EQ(Open({.on_empty = KvStoreOptions::OnEmpty::kRefuse}, 7).error().kind, Kind::kInvalid);
  const auto other = Open({}, 7).value();
  ASSERT_TRUE(Write(*other, kManager, "other").value().IsCommitted());
  const RecordListing all =
      Await<RecordListing>([&](auto then) { other->ListAll(std::move(then)); }).value();
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

  const auto store = Open().value();
  EXPECT_EQ(store->Schema(), LdkNodeSchema::kV0);
  EXPECT_EQ(Read(*store, {"bdk_wallet", "", "descriptor"}).value(), "old");
  EXPECT_THAT(KeysIn(List(*store, "monitor_updates", "abc").value()), ElementsAre("1"));
  ASSERT_TRUE(Write(*store, kManager, "in the old layout").value().IsCommitted());
  EXPECT_THAT(KeysIn(List(*store, "", "").value()), ElementsAre("manager"));
  EXPECT_TRUE(raw.Get(old.StorageKey(kManager).value()).value().has_value());
}

TEST_F(KvStoreTest, TrackedVersionsKeepTwoDevicesApart) {
  const KvStoreOptions tracked{.versions = KvStoreOptions::Versions::kTracked};
  const auto phone = Open(tracked).value();
  ASSERT_TRUE(Write(*phone, kManager, "phone").value().IsCommitted());
  const auto laptop = Open(tracked).value();
  EXPECT_FALSE(Write(*laptop, kManager, "laptop").value().IsCommitted());
  EXPECT_EQ(Read(*laptop, kManager).value(), "phone");
  EXPECT_TRUE(Write(*laptop, kManager, "laptop").value().IsCommitted());
  EXPECT_FALSE(Write(*phone, kManager, "late").value().IsCommitted());
  const auto careless = Open().value();
  EXPECT_TRUE(Write(*careless, kManager, "as LDK Node would").value().IsCommitted());
}

TEST_F(KvStoreTest, PagesFollowEachOther) {
  const auto store = Open().value();
  for (int i = 0; i < 120; ++i) {
    ASSERT_TRUE(Write(*store, {"payments", "", std::to_string(i)}, "p").value().IsCommitted());
  }
  std::vector<std::string> keys;
  std::string token;
  int pages = 0;
  do {
    const RecordListing page = Await<RecordListing>([&](auto then) {
                                 store->ListPage("payments", "", token, std::move(then));
                               }).value();
    for (const std::string& key : KeysIn(page)) keys.push_back(key);
    token = page.next_page_token;
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(keys.size(), 120u);
  EXPECT_EQ(keys.front(), "119");
  const auto bad = Await<RecordListing>(
      [&](auto then) { store->ListPage("payments", "", "no token", std::move(then)); });
  EXPECT_EQ(bad.error().kind, Kind::kInvalid);
}

TEST_F(KvStoreTest, NamesThatLdkDoesNotAllowAreNotSent) {
  const auto store = Open().value();
  for (const RecordName& name :
       {RecordName{"", "", ""}, RecordName{"", "secondary", "key"}, RecordName{"a#b", "", "key"},
        RecordName{"", "", std::string(121, 'k')}}) {
    EXPECT_EQ(Read(*store, name).error().kind, Kind::kInvalid);
    EXPECT_EQ(Write(*store, name, "v").error().kind, Kind::kInvalid);
    EXPECT_EQ(Remove(*store, name).error().kind, Kind::kInvalid);
  }
  EXPECT_EQ(List(*store, "", "secondary").error().kind, Kind::kInvalid);
}

}  // namespace
}  // namespace vss::client
