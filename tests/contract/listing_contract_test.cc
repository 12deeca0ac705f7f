// How every Store lists: newest created first, in pages.  script.h explains the lines.

#include <limits>
#include <string>
#include <vector>

#include "tests/contract/store_contract.h"

namespace vss::testing {
namespace {

class ListingContract : public StoreContract {
 protected:
  void Put(const std::vector<Key>& keys) {
    Batch batch;
    for (const Key& key : keys) batch.changes.push_back(Change::Write(key, Guard::Absent(), 1, ""));
    EXPECT_TRUE(calls().Commit(space_, batch)->IsCommitted());
  }

  std::vector<Key> List(const ListQuery& query) {
    std::vector<Key> keys;
    const Result<Page> page = calls().List(space_, query);
    for (const Page::Entry& entry : page->entries) keys.push_back(entry.key);
    return keys;
  }

  std::vector<Key> Scan(const Key& prefix) {
    std::vector<Key> keys;
    const Result<ScanResult> result = calls().Scan(space_, {prefix, 1'000'000});
    for (const Record& record : result->records) keys.push_back(record.key);
    return keys;
  }
};

using Keys = std::vector<Key>;

TEST_P(ListingContract, TheNewestCreatedIsFirst) {
  Check(R"(
    list                    -> none
    put b=1                 -> committed
    put a=1                 -> committed
    put c=1 e=1 d=1         -> committed    # Within a batch, later items are newer.
    list                    -> d@1 e@1 c@1 a@1 b@1
  )");
}

TEST_P(ListingContract, AnUpdateKeepsItsPlaceAndARewriteAfterRemovalDoesNot) {
  Check(R"(
    put a=1@0 b=1@0 c=1@0   -> committed
    put a=2@1               -> committed
    put b=2                 -> committed
    list                    -> c@1 b@1 a@2
    commit remove a         -> committed
    put a=3@0               -> committed
    list                    -> a@1 c@1 b@1
    commit remove a         -> committed    # The newest of all goes,
    put d=1@0               -> committed    # and its place is not given out again.
    list                    -> d@1 c@1 b@1
  )");
}

TEST_P(ListingContract, PagesFollowEachOther) {
  Check(R"(
    put a=1 b=1 c=1 d=1 e=1 -> committed
    list limit=2            -> e@1 d@1 more
    list next               -> c@1 b@1 more
    list next               -> a@1
    list limit=5            -> e@1 d@1 c@1 b@1 a@1
    list limit=4            -> e@1 d@1 c@1 b@1 more
    list next               -> a@1
    list limit=0            -> none
  )");
}

TEST_P(ListingContract, PagesAreStableWhileOthersWrite) {
  Check(R"(
    put a=1 b=1 c=1 d=1 e=1       -> committed
    list limit=2                  -> e@1 d@1 more
    put f=1@0                     -> committed    # New: not on later pages.
    put b=2@1                     -> committed    # Changed: where it was, as it is now.
    commit remove d               -> committed    # The last of the page goes, and one to come.
    commit remove c               -> committed
    list next                     -> b@2 a@1
    list                          -> f@1 e@1 b@2 a@1
  )");
}

TEST_P(ListingContract, ATokenOutlivesItsRecord) {
  Check(R"(
    put a=1 b=1 c=1               -> committed
    list limit=1                  -> c@1 more
    commit remove a, remove b, remove c -> committed
    list next                     -> none
  )");
}

TEST_P(ListingContract, OlderThanTheFirstIsNothing) {
  Check("put a=1 -> committed");
  EXPECT_EQ(List({.prefix = "", .older_than = 0}), Keys());
  EXPECT_EQ(List({.prefix = "", .older_than = std::numeric_limits<Rank>::max()}), Keys{"a"});
}

TEST_P(ListingContract, AListOfMoreThanTheLimitAndNoMoreHasNoNextPage) {
  Check(R"(
    put a1=1 b1=1 a2=1 b2=1 a3=1 b3=1 -> committed
    list prefix=a limit=3             -> a3@1 a2@1 a1@1
    list prefix=a limit=2             -> a3@1 a2@1 more
    list next                         -> a1@1
    list prefix=b limit=2             -> b3@1 b2@1 more
    list next                         -> b1@1
  )");
}

TEST_P(ListingContract, APrefixIsLiteral) {
  Put({"percent%1", "percent%2", "percent-%", "under_1", "underX1", "back\\1", "back%1",
       "Percent%"});
  EXPECT_EQ(List({.prefix = "percent%"}), (Keys{"percent%2", "percent%1"}));
  EXPECT_EQ(List({.prefix = "under_"}), (Keys{"under_1"}));
  EXPECT_EQ(List({.prefix = "back\\"}), (Keys{"back\\1"}));
  EXPECT_EQ(List({.prefix = "%"}), Keys());
  EXPECT_EQ(Scan("percent%"), (Keys{"percent%1", "percent%2"}));
  EXPECT_EQ(Scan("under_"), (Keys{"under_1"}));
  EXPECT_EQ(Scan("back\\"), (Keys{"back\\1"}));
}

TEST_P(ListingContract, AKeyIsAPrefixOfItself) {
  Check(R"(
    put a=1 ab=1 abc=1 b=1 -> committed
    list prefix=ab         -> abc@1 ab@1
    scan prefix=ab         -> ab=1@1 abc=1@1
  )");
}

// U+10FFFF is the last code point: nothing sorts between it and the end of all UTF-8.
TEST_P(ListingContract, PrefixesOfEveryLengthOfUtf8) {
  const Keys characters = {"z", "é", "€", "\xF0\x9F\x94\x91", "\xF4\x8F\xBF\xBF"};
  for (const Key& c : characters) Put({c, c + c, c + "a", c + "\xF4\x8F\xBF\xBF" + "x"});
  for (const Key& c : characters) {
    EXPECT_EQ(List({.prefix = c}).size(), 4U) << c;
    EXPECT_EQ(List({.prefix = c + "a"}), Keys{c + "a"});
    EXPECT_EQ(Scan(c).size(), 4U) << c;
    EXPECT_EQ(Scan(c).front(), c);
  }
}

TEST_P(ListingContract, KeysCompareByteByByte) {
  Put({"b", "\xF0\x9F\x94\x91", "a b", "ä", "a", "Z", "a\x01", "\xEF\xBF\xBD", "a_b", "A", "a-b"});
  EXPECT_EQ(Scan(""), (Keys{"A", "Z", "a", "a\x01", "a b", "a-b", "a_b", "b", "ä", "\xEF\xBF\xBD",
                            "\xF0\x9F\x94\x91"}));
  EXPECT_EQ(Scan("a"), (Keys{"a", "a\x01", "a b", "a-b", "a_b"}));
  EXPECT_EQ(Scan("A"), (Keys{"A"}));
}

// The key apart.

TEST_P(ListingContract, TheKeyApartIsNeitherListedNorCounted) {
  Check(R"(
    put g=1 a=1 b=1                     -> committed
    list apart=g                        -> b@1 a@1
    list apart=b                        -> a@1 g@1
    list apart=x                        -> b@1 a@1 g@1
    list prefix=g apart=g               -> none
    list apart=b limit=1                -> a@1 more
    list next                           -> g@1
    list apart=a limit=2                -> b@1 g@1      # Nothing but the key apart follows.
    list apart=g limit=2                -> b@1 a@1
  )");
}

TEST_P(ListingContract, TheKeyApartIsReadWhenAsked) {
  Check(R"(
    list read apart=g                   -> none apart none
    put a=1                             -> committed
    list read apart=g                   -> a@1 apart none
    commit write g=x:7                  -> committed
    list read apart=g                   -> a@1 apart 7
    list read apart=g prefix=x          -> none apart 7
    list read apart=g limit=0           -> none apart 7
    list read apart=a limit=1           -> g@7 apart 1
  )");
}

TEST_P(ListingContract, EveryKeyIsListedExactlyOncePageByPage) {
  Keys all;
  for (int i = 0; i < 500; ++i) {
    all.push_back((i % 3 == 0 ? "few" : "many") + std::to_string(i));
    Put({all.back()});
  }
  for (const Key prefix : {"", "few", "many", "many1", "few3"}) {
    Keys wanted;
    for (const Key& key : all) {
      if (key.starts_with(prefix)) wanted.insert(wanted.begin(), key);
    }
    for (const std::uint32_t limit : {1U, 7U, 100U, 1000U}) {
      Keys listed;
      ListQuery query = {.prefix = prefix, .limit = limit};
      do {
        const Result<Page> page = calls().List(space_, query);
        for (const Page::Entry& entry : page->entries) listed.push_back(entry.key);
        EXPECT_LE(page->entries.size(), limit);
        query.older_than = page->next;
      } while (query.older_than);
      EXPECT_EQ(listed, wanted) << prefix << " by " << limit;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, ListingContract, ::testing::ValuesIn(EveryStore()), NameOf);

}  // namespace
}  // namespace vss::testing
