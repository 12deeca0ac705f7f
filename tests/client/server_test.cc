// The client against the real server, over real connections.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/entropy.h"
#include "tests/conformance/running_server.h"
#include "vss/blocking_client.h"
#include "vss/client.h"
#include "vss/clock.h"
#include "vss/credentials.h"
#include "vss/curl.h"

namespace vss::client {
namespace {

using ::testing::ElementsAre;

constexpr auto kConflict = WriteOutcome::Kind::kConflict;

class ClientOnServer : public ::testing::Test {
 protected:
  std::unique_ptr<Client> MakeClient(std::string store_id = "store") {
    return Client::Make({.base_url = server_->Base() + "/vss/", .store_id = std::move(store_id)},
                        FixedCredentials(), transport_, clock_, entropy_)
        .value();
  }

  std::unique_ptr<vss::testing::RunningServer> server_ =
      vss::testing::StartServer("sqlite").value();
  const SystemClock clock_;
  SystemEntropy entropy_;
  CurlTransport transport_;
};

TEST_F(ClientOnServer, AWriteReplacesTheVersionThatWasSeen) {
  const auto owner = MakeClient();
  BlockingClient client(*owner);
  EXPECT_EQ(client.Get("a").value(), std::nullopt);
  EXPECT_TRUE(client.Put({"a", "red"}).value().IsCommitted());
  EXPECT_TRUE(client.Put({"a", "green"}).value().IsCommitted());
  EXPECT_EQ(client.Get("a").value(), (StoredRecord{"a", 2, "green"}));

  const auto other_owner = MakeClient();
  BlockingClient other(*other_owner);
  const WriteOutcome blind = other.Put({"a", "blue"}).value();
  EXPECT_EQ(blind.kind, kConflict);
  EXPECT_THAT(blind.keys, ElementsAre(KeyVersion{"a", 2}));
  EXPECT_EQ(other.Get("a").value()->version, 2);
  EXPECT_TRUE(other.Put({"a", "blue"}).value().IsCommitted());

  EXPECT_EQ(client.Put({"a", "late"}).value().kind, kConflict);
  EXPECT_TRUE(client.Put({"a", "by name", Expect::Unconditional()}).value().IsCommitted());
  EXPECT_EQ(client.Get("a").value(), (StoredRecord{"a", 1, "by name"}));
}

TEST_F(ClientOnServer, ATransactionIsAllOrNothing) {
  const auto owner = MakeClient();
  BlockingClient client(*owner);
  ASSERT_TRUE(client.Put({"a", "1"}).value().IsCommitted());
  const WriteOutcome both =
      client.Commit({.writes = {{"a", "2"}, {"b", "2"}}, .global_version = Expect::Known()})
          .value();
  EXPECT_TRUE(both.IsCommitted());
  EXPECT_THAT(both.keys,
              ElementsAre(KeyVersion{"a", 2}, KeyVersion{"b", 1}, KeyVersion{"global_version", 1}));
  const WriteOutcome neither =
      client.Commit({.writes = {{"a", "3", Expect::At(1)}, {"b", "3"}}}).value();
  EXPECT_EQ(neither.kind, kConflict);
  EXPECT_EQ(client.Get("b").value()->value, "2");
  EXPECT_TRUE(
      client.Commit({.writes = {{"c", "1"}}, .removes = {{"a"}}, .global_version = Expect::Known()})
          .value()
          .IsCommitted());
  EXPECT_EQ(client.Get("a").value(), std::nullopt);
}

TEST_F(ClientOnServer, ADeleteTakesWhatIsThereOrTheVersionThatWasNamed) {
  const auto owner = MakeClient();
  BlockingClient client(*owner);
  EXPECT_TRUE(client.Delete({"never"}).value().IsCommitted());
  ASSERT_TRUE(client.Put({"a", "1"}).value().IsCommitted());
  EXPECT_TRUE(client.Delete({"a"}).value().IsCommitted());
  EXPECT_EQ(client.Get("a").value(), std::nullopt);

  ASSERT_TRUE(client.Put({"a", "1"}).value().IsCommitted());
  EXPECT_EQ(client.Delete({"a", Expect::At(7)}).value().kind, kConflict);
  const auto other_owner = MakeClient();
  BlockingClient other(*other_owner);
  EXPECT_TRUE(other.Delete({"a"}).value().IsCommitted());  // Looks first.
  EXPECT_EQ(client.Get("a").value(), std::nullopt);
  EXPECT_TRUE(client.Delete({"a", Expect::Unconditional()}).value().IsCommitted());
}

TEST_F(ClientOnServer, AListHasEveryPageNewestFirst) {
  const auto owner = MakeClient();
  BlockingClient client(*owner);
  Transaction transaction;
  for (int i = 0; i < 250; ++i) transaction.writes.push_back({"k" + std::to_string(i), "v"});
  ASSERT_TRUE(client.Commit(transaction).value().IsCommitted());
  ASSERT_TRUE(client.Put({"other", "v"}).value().IsCommitted());
  const Listing all = client.List({.prefix = "k"}).value();
  ASSERT_EQ(all.keys.size(), 250u);
  EXPECT_EQ(all.keys.front().key, "k249");
  EXPECT_EQ(all.keys.back().key, "k0");
  EXPECT_EQ(all.global_version, 0);
  const Listing page = client.ListPage({.page_size = 2}, {}).value();
  EXPECT_THAT(page.keys, ElementsAre(KeyVersion{"other", 1}, KeyVersion{"k249", 1}));
  EXPECT_EQ(client.ListPage({.page_size = 1}, page.next_page_token).value().keys[0].key, "k248");
  EXPECT_EQ(client.ListPage({}, "no token").error().kind, Kind::kInvalid);
}

TEST_F(ClientOnServer, WritesOfOneKeyStayInOrderWithoutWaiting) {
  const auto client = MakeClient();
  constexpr int kWrites = 200;
  int committed = 0;
  const auto last = Await<std::optional<StoredRecord>>([&](auto then) {
    for (int i = 1; i < kWrites; ++i) {
      client->Put({"a", std::to_string(i)}, [&](const Answer<WriteOutcome>& outcome) {
        committed += outcome->IsCommitted();
      });
    }
    client->Put({"a", "last"}, [&, then = std::move(then)](const auto&) mutable {
      client->Get("a", std::move(then));
    });
  });
  EXPECT_EQ(committed, kWrites - 1);
  EXPECT_EQ(last.value(), (StoredRecord{"a", kWrites, "last"}));
}

TEST_F(ClientOnServer, LargeValuesComeBackAsTheyWere) {
  const auto owner = MakeClient();
  BlockingClient client(*owner);
  std::string large(std::size_t{12} << 20, 'x');
  large[5] = '\0';
  ASSERT_TRUE(client.Put({"large", large}).value().IsCommitted());
  EXPECT_EQ(client.Get("large").value()->value, large);
}

TEST_F(ClientOnServer, IsAnsweredBeforeTheTransportIsGone) {
  int answers = 0;
  {
    CurlTransport transport;
    const auto client = Client::Make({.base_url = server_->Base() + "/vss"}, FixedCredentials(),
                                     transport, clock_, entropy_)
                            .value();
    for (int i = 0; i < 100; ++i) {
      client->Put({"a", std::to_string(i)}, [&](const auto&) { ++answers; });
    }
  }
  EXPECT_EQ(answers, 100);
}

}  // namespace
}  // namespace vss::client
