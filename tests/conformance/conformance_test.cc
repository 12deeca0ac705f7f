// What every deployed client relies on, through HTTP, on every store: the suite that each backend
// of the original server passes, and the corners of its protocol that were measured on it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/conformance/running_server.h"
#include "tests/conformance/vss_client.h"

namespace vss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Conformance : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto server = StartServer(GetParam());
    if (!server) GTEST_SKIP() << "SKIPPED: " << server.error().message;
    server_ = *std::move(server);
  }

  // A store of its own for each test; sometimes the one with the empty name.
  VssClient Client(const std::string& store_id = "store") {
    return VssClient(server_->Base(), store_id);
  }

  std::unique_ptr<RunningServer> server_;
};

std::vector<std::string> KeysOf(const std::vector<Entry>& entries) {
  std::vector<std::string> keys;
  for (const Entry& entry : entries) keys.push_back(entry.key);
  return keys;
}

std::vector<Entry> AllEntries(const std::vector<Listing>& pages) {
  std::vector<Entry> entries;
  for (const Listing& page : pages) {
    entries.insert(entries.end(), page.entries.begin(), page.entries.end());
  }
  return entries;
}

TEST_P(Conformance, ASinglePutMovesItsVersionAndTheGlobalOne) {
  VssClient client = Client();
  EXPECT_EQ(client.Put({{"k1", 0, "k1v1"}}, 0), kOk);
  EXPECT_EQ(client.Put({{"k1", 1, "k1v2"}}, 1), kOk);
  EXPECT_EQ(client.MustGet("k1"), (Entry{"k1", 2, "k1v2"}));
  EXPECT_EQ(client.Put({{"k2", -1, "k2v1"}}, 2), kOk);
  EXPECT_EQ(client.Put({{"k2", -1, "k2v2"}}, 3), kOk);
  EXPECT_EQ(client.Put({{"k2", -1, "k2v3"}}, 4), kOk);
  EXPECT_EQ(client.MustGet("k2"), (Entry{"k2", 1, "k2v3"}));
  EXPECT_EQ(client.GlobalVersion(), 5);
}

TEST_P(Conformance, APutOfSeveralKeysIsOneTransaction) {
  VssClient client = Client("");
  EXPECT_EQ(client.Put({{"k1", 0, "a"}, {"k2", 0, "b"}}, 0), kOk);
  EXPECT_EQ(client.Put({{"k1", 1, "c"}, {"k2", 1, "d"}}, 1), kOk);
  EXPECT_EQ(client.MustGet("k1"), (Entry{"k1", 2, "c"}));
  EXPECT_EQ(client.MustGet("k2"), (Entry{"k2", 2, "d"}));
  EXPECT_EQ(client.GlobalVersion(), 2);
}

TEST_P(Conformance, AWrongKeyVersionChangesNothing) {
  VssClient client = Client();
  EXPECT_EQ(client.Put({{"k1", 0, "a"}}, 0), kOk);
  EXPECT_EQ(client.Put({{"k1", 0, "b"}}, 1), kConflict);
  EXPECT_EQ(client.MustGet("k1"), (Entry{"k1", 1, "a"}));
  EXPECT_EQ(client.GlobalVersion(), 1);

  EXPECT_EQ(client.Put({{"m1", 0, "a"}, {"m2", 0, "b"}}), kOk);
  EXPECT_EQ(client.Put({{"m1", 0, "c"}, {"m2", 1, "d"}}), kConflict);
  EXPECT_EQ(client.MustGet("m1"), (Entry{"m1", 1, "a"}));
  EXPECT_EQ(client.MustGet("m2"), (Entry{"m2", 1, "b"}));
}

TEST_P(Conformance, AWrongGlobalVersionChangesNothing) {
  VssClient client = Client();
  EXPECT_EQ(client.Put({{"k1", 0, "a"}}, 0), kOk);
  EXPECT_EQ(client.Put({{"k1", 1, "b"}}, 0), kConflict);
  EXPECT_EQ(client.MustGet("k1"), (Entry{"k1", 1, "a"}));
}

TEST_P(Conformance, WithoutAGlobalVersionItStaysZero) {
  VssClient client = Client();
  EXPECT_EQ(client.Put({{"k1", 0, "a"}}), kOk);
  EXPECT_EQ(client.Put({{"k1", 1, "b"}}), kOk);
  EXPECT_EQ(client.MustGet("k1"), (Entry{"k1", 2, "b"}));
  EXPECT_EQ(client.MustGet("global_version"), (Entry{"global_version", 0, ""}));
}

TEST_P(Conformance, TheGlobalVersionFollowsTheRulesOfEveryVersion) {
  VssClient client = Client();
  EXPECT_EQ(client.Put({}, -2), kConflict);
  EXPECT_EQ(client.Put({}, 1), kConflict);
  EXPECT_EQ(client.Put({}, 0), kOk) << "it may be all there is";
  EXPECT_EQ(client.Put({}, 1), kOk);
  EXPECT_EQ(client.GlobalVersion(), 2);
  EXPECT_EQ(client.Put({}, -1), kOk);
  EXPECT_EQ(client.GlobalVersion(), 1);
  EXPECT_EQ(client.Put({}), kOk) << "nothing at all is fine";
  EXPECT_EQ(client.Delete("global_version", -1), kOk);
  EXPECT_EQ(client.GlobalVersion(), 0);
}

TEST_P(Conformance, PutsAndDeletesAreOneTransaction) {
  VssClient client = Client();
  EXPECT_EQ(client.Put({{"k1", 0, "a"}}), kOk);
  EXPECT_EQ(client.Put({{"k2", 0, "b"}}, {}, {{"k1", 1}}), kOk);
  EXPECT_EQ(client.Get("k1"), kNoSuchKey);
  EXPECT_EQ(client.Put({{"k3", 0, "c"}}, {}, {{"k2", 3}}), kConflict);
  EXPECT_EQ(client.Put({{"k3", 1, "c"}}, {}, {{"k2", 1}}), kConflict);
  EXPECT_EQ(client.Put({{"k3", 0, "c"}}, 2, {{"k2", 1}}), kConflict);
  EXPECT_EQ(client.Get("k3"), kNoSuchKey);
  EXPECT_EQ(client.MustGet("k2"), (Entry{"k2", 1, "b"}));
  EXPECT_EQ(client.GlobalVersion(), 0);
}

TEST_P(Conformance, ADeleteInAPutNeedsItsKey) {
  VssClient client = Client();
  EXPECT_EQ(client.Put({}, {}, {{"absent", -1}}), kConflict);
  EXPECT_EQ(client.Put({}, {}, {{"absent", 0}}), kConflict);
  EXPECT_EQ(client.Put({{"k", 0, "a"}}), kOk);
  EXPECT_EQ(client.Put({}, {}, {{"k", 0}}), kConflict);
  EXPECT_EQ(client.Put({}, {}, {{"k", -2}}), kConflict);
  EXPECT_EQ(client.Put({}, {}, {{"k", -1, "ignored"}}), kOk);
  EXPECT_EQ(client.Get("k"), kNoSuchKey);
}

TEST_P(Conformance, DeletingIsIdempotent) {
  VssClient client = Client();
  EXPECT_EQ(client.Delete("absent", 0), kOk);
  EXPECT_EQ(client.Put({{"k1", 0, "a"}}), kOk);
  EXPECT_EQ(client.Delete("k1", 0), kOk) << "no version given: deletes nothing, and says nothing";
  EXPECT_EQ(client.Delete("k1", 7), kOk);
  EXPECT_EQ(client.MustGet("k1"), (Entry{"k1", 1, "a"}));
  EXPECT_EQ(client.Delete("k1", 1), kOk);
  EXPECT_EQ(client.Get("k1"), kNoSuchKey);
  EXPECT_EQ(client.Delete("k1", 1), kOk);
  EXPECT_EQ(client.Put({{"k1", 0, "b"}}), kOk);
  EXPECT_EQ(client.Put({{"k1", 1, "c"}}), kOk);
  EXPECT_EQ(client.Delete("k1", -1), kOk);
  EXPECT_EQ(client.Get("k1"), kNoSuchKey);
  EXPECT_EQ(client.Put({{"k1", 0, "again"}}), kOk);
}

TEST_P(Conformance, AnUnconditionalWriteResetsTheVersion) {
  VssClient client = Client();
  for (int version = 0; version < 3; ++version) {
    EXPECT_EQ(client.Put({{"k", version, "v"}}), kOk);
  }
  EXPECT_EQ(client.Put({{"k", -1, "reset"}}), kOk);
  EXPECT_EQ(client.MustGet("k"), (Entry{"k", 1, "reset"}));
  EXPECT_EQ(client.Put({{"k", -2, "never"}}), kConflict);
}

TEST_P(Conformance, ListsAThousandKeysInPages) {
  VssClient client = Client();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(client.Put({{"k" + std::to_string(i), 0, "v"}}, i), kOk);
  }
  EXPECT_EQ(client.Put({{"k1", 1, "v"}}, 1000), kOk);
  EXPECT_EQ(client.Put({{"k2", 1, "v"}}, 1001), kOk);
  EXPECT_EQ(client.Put({{"k2", 2, "v"}}, 1002), kOk);

  const std::vector<Listing> pages = client.AllPages();
  EXPECT_EQ(pages.size(), 10u) << "pages of a hundred, and no empty one at the end";
  EXPECT_EQ(pages.front().global_version, 1003);
  const std::vector<Entry> entries = AllEntries(pages);
  EXPECT_EQ(entries.size(), 1000u);
  std::set<std::string> keys;
  for (const Entry& entry : entries) {
    EXPECT_TRUE(keys.insert(entry.key).second) << entry.key;
    EXPECT_EQ(entry.value, "");
    EXPECT_NE(entry.key, "global_version");
    EXPECT_EQ(entry.version, entry.key == "k1" ? 2 : entry.key == "k2" ? 3 : 1);
  }
}

TEST_P(Conformance, AListHonoursPageSizeAndPrefix) {
  VssClient client = Client();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.Put({{std::to_string(i) + "k", 0, "v"}}), kOk);
  const std::vector<Listing> pages = client.AllPages("1", 5);
  for (const Listing& page : pages) EXPECT_LE(page.entries.size(), 5u);
  EXPECT_THAT(KeysOf(AllEntries(pages)), ElementsAre("19k", "18k", "17k", "16k", "15k", "14k",
                                                     "13k", "12k", "11k", "10k", "1k"));
}

TEST_P(Conformance, APrefixIsLiteral) {
  VssClient client = Client();
  EXPECT_EQ(client.Put({{"percent%1", 0, ""},
                        {"percent%2", 0, ""},
                        {"percent-1", 0, ""},
                        {"underscore_1", 0, ""},
                        {"underscore_2", 0, ""},
                        {"underscoreX1", 0, ""},
                        {"backslash\\1", 0, ""},
                        {"backslash%1", 0, ""}}),
            kOk);
  for (const std::int32_t page_size : {100, 1}) {
    EXPECT_THAT(KeysOf(AllEntries(client.AllPages("percent%", page_size))),
                ElementsAre("percent%2", "percent%1"));
    EXPECT_THAT(KeysOf(AllEntries(client.AllPages("underscore_", page_size))),
                ElementsAre("underscore_2", "underscore_1"));
    EXPECT_THAT(KeysOf(AllEntries(client.AllPages("backslash\\", page_size))),
                ElementsAre("backslash\\1"));
  }
}

TEST_P(Conformance, ListsNewestCreatedFirst) {
  VssClient client = Client();
  EXPECT_EQ(client.Put({{"z_first", 0, ""}}, 0), kOk);
  EXPECT_EQ(client.Put({{"a_third", 0, ""}}, 1), kOk);
  EXPECT_EQ(client.Put({{"m_second", 0, ""}}, 2), kOk);
  EXPECT_EQ(client.Put({{"z_first", 1, ""}}, 3), kOk) << "an update does not move it";
  Listing listing;
  EXPECT_EQ(client.List(&listing), kOk);
  EXPECT_EQ(listing.global_version, 4);
  EXPECT_THAT(KeysOf(listing.entries), ElementsAre("m_second", "a_third", "z_first"));
  EXPECT_EQ(listing.next, "");

  EXPECT_EQ(client.Delete("z_first", -1), kOk);
  EXPECT_EQ(client.Put({{"z_first", 0, ""}}), kOk) << "but a new life does";
  EXPECT_EQ(client.List(&listing), kOk);
  EXPECT_THAT(KeysOf(listing.entries), ElementsAre("z_first", "m_second", "a_third"));
}

TEST_P(Conformance, PagesOfOneKeepTheOrderUnderAPrefix) {
  VssClient client = Client();
  for (const char* key : {"pfx_z", "pfx_a", "other", "pfx_m"}) {
    EXPECT_EQ(client.Put({{key, 0, ""}}), kOk);
  }
  const std::vector<Listing> pages = client.AllPages("pfx_", 1);
  EXPECT_EQ(pages.size(), 3u);
  EXPECT_THAT(KeysOf(AllEntries(pages)), ElementsAre("pfx_m", "pfx_a", "pfx_z"));
}

TEST_P(Conformance, TheLastPageEndsTheList) {
  VssClient client = Client();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.Put({{std::to_string(i), 0, ""}}, i), kOk);
  Listing listing;
  EXPECT_EQ(client.List(&listing, "", 5), kOk);
  EXPECT_EQ(listing.entries.size(), 5u);
  EXPECT_EQ(listing.next, "");

  EXPECT_EQ(client.Put({{"5", 0, ""}}, 5), kOk);
  EXPECT_EQ(client.List(&listing, "", 5), kOk);
  EXPECT_NE(listing.next, "");
  EXPECT_EQ(client.List(&listing, "", 5, listing.next), kOk);
  EXPECT_THAT(KeysOf(listing.entries), ElementsAre("0"));
  EXPECT_EQ(listing.next, "");
}

TEST_P(Conformance, APageOfNothingTellsTheGlobalVersion) {
  VssClient client = Client();
  EXPECT_EQ(client.Put({{"k", 0, ""}}, 0), kOk);
  EXPECT_EQ(client.Put({{"k", 1, ""}}, 1), kOk);
  Listing listing;
  EXPECT_EQ(client.List(&listing, {}, 0), kOk);
  EXPECT_THAT(listing.entries, IsEmpty());
  EXPECT_EQ(listing.global_version, 2);
  EXPECT_EQ(listing.next, "");
  EXPECT_EQ(client.List(&listing, {}, 0, "not even looked at"), kOk);
  EXPECT_EQ(client.List(&listing, {}, -1), kInvalid);
  EXPECT_EQ(client.List(&listing, {}, 5, "abc"), kInvalid);
  EXPECT_EQ(client.List(&listing, {}, 5, ""), kInvalid);
  EXPECT_EQ(client.List(&listing, {}, 5, "0"), kOk);
  EXPECT_THAT(listing.entries, IsEmpty());
}

TEST_P(Conformance, AnUnknownStoreIsAnEmptyOne) {
  Listing listing;
  EXPECT_EQ(Client("never written").List(&listing), kOk);
  EXPECT_THAT(listing.entries, IsEmpty());
  EXPECT_EQ(listing.global_version, 0);
  EXPECT_EQ(listing.next, "");
  EXPECT_EQ(Client("never written").Get("k"), kNoSuchKey);
}

TEST_P(Conformance, StoresOfOneUserAreApart) {
  VssClient one = Client("one");
  VssClient two = Client("two");
  VssClient empty = Client("");
  EXPECT_EQ(one.Put({{"k", 0, "1"}}, 0), kOk);
  EXPECT_EQ(two.Put({{"k", 0, "2"}}), kOk);
  EXPECT_EQ(empty.Put({{"k", 0, "3"}}), kOk);
  EXPECT_EQ(one.MustGet("k").value, "1");
  EXPECT_EQ(two.MustGet("k").value, "2");
  EXPECT_EQ(empty.MustGet("k").value, "3");
  EXPECT_EQ(one.GlobalVersion(), 1);
  EXPECT_EQ(two.GlobalVersion(), 0);
}

TEST_P(Conformance, ValuesAreBytes) {
  VssClient client = Client();
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte.push_back(static_cast<char>(i));
  std::string large;
  while (large.size() < 6'000'000) large += every_byte;
  EXPECT_EQ(client.Put({{"bytes", 0, every_byte}, {"large", 0, large}, {"empty", 0, ""}}), kOk);
  EXPECT_EQ(client.MustGet("bytes").value, every_byte);
  EXPECT_EQ(client.MustGet("large").value, large);
  EXPECT_EQ(client.MustGet("empty"), (Entry{"empty", 1, ""}));
}

TEST_P(Conformance, KeysAreComparedByCodePoint) {
  VssClient client = Client();
  const std::string composed = "caf\xC3\xA9";
  const std::string decomposed = "cafe\xCC\x81";
  std::string longest;
  for (int i = 0; i < 600; ++i) longest += "\xF0\x9F\x94\x91";
  for (const std::string& key : {std::string(), composed, decomposed, std::string("CAFE"),
                                 std::string("a/b#c+d="), std::string(" "), longest}) {
    EXPECT_EQ(client.Put({{key, 0, "value of " + key}}), kOk) << key;
  }
  EXPECT_EQ(client.MustGet(decomposed).value, "value of " + decomposed);
  EXPECT_EQ(client.MustGet(composed).value, "value of " + composed);
  EXPECT_EQ(client.MustGet(longest).value, "value of " + longest);
  EXPECT_EQ(client.MustGet("").value, "value of ");
  EXPECT_EQ(client.Get("cafe"), kNoSuchKey);
  EXPECT_EQ(client.Get("  "), kNoSuchKey);
}

TEST_P(Conformance, WhatIsTooLongIsRefusedEverywhere) {
  VssClient client = Client();
  const std::string key(601, 'k');
  Listing listing;
  EXPECT_EQ(client.Put({{key, 0, ""}}), kInvalid);
  EXPECT_EQ(client.Put({}, {}, {{key, -1}}), kInvalid);
  EXPECT_EQ(client.Get(key), kInvalid);
  EXPECT_EQ(client.Delete(key, -1), kInvalid);
  EXPECT_EQ(client.List(&listing, key), kInvalid);
  EXPECT_EQ(Client(std::string(121, 's')).Get("k"), kInvalid);
  EXPECT_EQ(Client(std::string(121, 's')).List(&listing), kInvalid);
  EXPECT_EQ(client.Put({{std::string("a\0b", 3), 0, ""}}), kInvalid);
  EXPECT_EQ(client.Put({{"twice", 0, ""}, {"twice", 1, ""}}), kInvalid);
  std::vector<Entry> many(1001);
  for (std::size_t i = 0; i < many.size(); ++i) many[i].key = std::to_string(i);
  EXPECT_EQ(client.Put(many), kInvalid);
  many.pop_back();
  EXPECT_EQ(client.Put(many, 0), kOk) << "the global version is not counted";
}

TEST_P(Conformance, AThousandItemsKeepTheirOrder) {
  VssClient client = Client();
  std::vector<Entry> many(1000);
  std::vector<std::string> newest_first;
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].key = std::to_string(i * 7919 % 1000);
    newest_first.insert(newest_first.begin(), many[i].key);
  }
  EXPECT_EQ(client.Put(many), kOk);
  EXPECT_EQ(KeysOf(AllEntries(client.AllPages())), newest_first);
}

TEST_P(Conformance, ListingIsStableWhileOthersWrite) {
  VssClient client = Client();
  for (int i = 0; i < 30; ++i) EXPECT_EQ(client.Put({{std::to_string(i), 0, ""}}), kOk);
  Listing page;
  EXPECT_EQ(client.List(&page, {}, 10), kOk);
  EXPECT_EQ(client.Put({{"new", 0, ""}, {"5", 1, "updated"}}), kOk);
  EXPECT_EQ(client.Delete("20", -1), kOk) << "the very record that the token names";
  std::vector<std::string> rest;
  while (page.next && !page.next->empty()) {
    const std::string token = *page.next;
    ASSERT_EQ(client.List(&page, {}, 10, token), kOk);
    for (const Entry& entry : page.entries) rest.push_back(entry.key);
  }
  EXPECT_EQ(rest.size(), 20u);
  EXPECT_EQ(rest.front(), "19");
  EXPECT_EQ(rest.back(), "0");
}

TEST_P(Conformance, OfWritersThatRaceForOneVersionExactlyOneWins) {
  constexpr int kWriters = 16;
  constexpr int kRounds = 5;
  VssClient client = Client();
  ASSERT_EQ(client.Put({{"k", 0, ""}, {"other", 0, ""}}), kOk);
  for (int round = 1; round <= kRounds; ++round) {
    std::vector<std::thread> writers;
    std::vector<Outcome> outcomes(kWriters);
    for (int w = 0; w < kWriters; ++w) {
      writers.emplace_back([&, w] {
        // Every other one names the same keys the other way round.
        std::vector<Entry> puts = {{"k", round, std::to_string(w)}, {"other", -1, ""}};
        if (w % 2 == 1) std::reverse(puts.begin(), puts.end());
        outcomes[static_cast<std::size_t>(w)] = Client().Put(puts);
      });
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), kOk), 1);
    EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), kConflict), kWriters - 1)
        << "contention is never an internal error";
    EXPECT_EQ(client.MustGet("k").version, round + 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Conformance, ::testing::ValuesIn(EveryStoreKind()),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace vss::testing
