// The smallest, largest and oddest things that every Store takes.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/contract/store_contract.h"

namespace vss::testing {
namespace {

class SizesContract : public StoreContract {
 protected:
  void Put(const Key& key, const std::string& value) {
    EXPECT_TRUE(calls()
                    .Commit(space_, {{Change::Write(key, Guard::Anything(), 1, value)}, {}})
                    ->IsCommitted());
  }
  std::vector<Record> Get(const Key& key) { return *calls().Get(space_, {key}); }
};

using Records = std::vector<Record>;

TEST_P(SizesContract, AnEmptyKeyIsAKey) {
  Check(R"(
    put =red@0              -> committed
    put a=blue@0            -> committed
    get ''                  -> red@1
    list                    -> a@1 @1
    scan                    -> =red@1 a=blue@1
    list apart=             -> a@1
    put =green@0            -> conflict @1
    put =green@1            -> committed
    get ''                  -> green@2
    commit remove ''        -> committed
    scan                    -> a=blue@1
  )");
}

TEST_P(SizesContract, AnEmptyValueIsNotNothing) {
  Check(R"(
    put a=@0                -> committed
    get a                   -> @1
    put a=@0                -> conflict a@1
    scan bytes=1            -> a=@1
    put a=red@1             -> committed
    put a=@2                -> committed
    get a                   -> @3
  )");
}

TEST_P(SizesContract, AValueIsAnyBytes) {
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  for (const std::string& value :
       {every_byte, std::string(1, '\0'), std::string("a\0b", 3), std::string("\xFF\xFE")}) {
    Put("a", value);
    EXPECT_EQ(Get("a"), (Records{{"a", 1, value}}));
  }
}

TEST_P(SizesContract, AValueOfFiveMegabytes) {
  std::string large(5'000'000, 'v');
  for (std::size_t i = 0; i < large.size(); i += 997) large[i] = static_cast<char>(i);
  Put("a", large);
  Put("b", "small");
  EXPECT_TRUE(Get("a") == (Records{{"a", 1, large}}));
  EXPECT_EQ(calls().List(space_, {})->entries.size(), 2U);
  Put("a", "small");
  EXPECT_EQ(Get("a"), (Records{{"a", 1, "small"}}));
}

TEST_P(SizesContract, KeysOfSixHundredCodePointsOfFourBytes) {
  std::string long_key;
  for (int i = 0; i < 599; ++i) long_key += "\xF0\x9F\x94\x91";
  const Key a = long_key + "\xF0\x9F\x94\x92";
  const Key b = long_key + "\xF0\x9F\x94\x93";
  Put(a, "1");
  Put(b, "2");
  EXPECT_EQ(Get(a), (Records{{a, 1, "1"}}));
  EXPECT_EQ(Get(b), (Records{{b, 1, "2"}}));
  EXPECT_TRUE(Get(long_key).empty());
  EXPECT_EQ(calls().List(space_, {.prefix = long_key})->entries,
            (std::vector<Page::Entry>{{b, 1}, {a, 1}}));
  EXPECT_EQ(calls().Scan(space_, {b, 10'000})->records, (Records{{b, 1, "2"}}));
}

TEST_P(SizesContract, NamesOfTenantsAndStoresMayBeLong) {
  std::string long_name;
  for (int i = 0; i < 119; ++i) long_name += "\xF0\x9F\x94\x91";
  for (const char* end : {"a", "b"}) {
    const Space space = {long_name + end, long_name + end};
    EXPECT_TRUE(
        calls().Commit(space, {{Change::Write("k", Guard::Absent(), 1, end)}, {}})->IsCommitted());
    EXPECT_EQ(calls().Get(space, {"k"})->at(0).value, end);
  }
}

TEST_P(SizesContract, EveryVersionCanBeWrittenAndAskedFor) {
  using Limits = std::numeric_limits<Version>;
  const std::vector<Version> versions = {0, 1, -1, Limits::max(), Limits::min(), Limits::max() - 1};
  for (const Version version : versions) {
    const Key key = "at " + std::to_string(version);
    const auto commit = [&](Guard guard) {
      return *calls().Commit(space_, {{Change::Write(key, guard, version, "x")}, {}});
    };
    EXPECT_EQ(commit(Guard::AtVersion(version)).obstacles,
              (std::vector<Obstacle>{{key, std::nullopt}}));
    EXPECT_TRUE(commit(Guard::Absent()).IsCommitted());
    EXPECT_EQ(Get(key), (Records{{key, version, "x"}}));
    for (const Version other : versions) {
      if (other == version) continue;
      EXPECT_EQ(commit(Guard::AtVersion(other)).obstacles, (std::vector<Obstacle>{{key, version}}));
    }
    EXPECT_TRUE(commit(Guard::AtVersion(version)).IsCommitted());
    EXPECT_EQ(calls().List(space_, {.prefix = key, .limit = 1})->entries.at(0).version, version);
  }
}

TEST_P(SizesContract, ABatchOfAThousandChanges) {
  Batch batch;
  for (int i = 0; i < 1000; ++i) {
    batch.changes.push_back(
        Change::Write("k" + std::to_string(i), Guard::Absent(), i, "v" + std::to_string(i)));
  }
  EXPECT_TRUE(calls().Commit(space_, batch)->IsCommitted());
  const Page page = *calls().List(space_, {.prefix = "", .limit = 2000});
  ASSERT_EQ(page.entries.size(), 1000U);
  EXPECT_EQ(page.entries.front(), (Page::Entry{"k999", 999}));
  EXPECT_EQ(page.entries.back(), (Page::Entry{"k0", 0}));

  const CommitOutcome again = *calls().Commit(space_, batch);
  ASSERT_EQ(again.obstacles.size(), 1000U);
  EXPECT_EQ(again.obstacles[123], (Obstacle{"k123", 123}));

  batch.changes.clear();
  for (int i = 0; i < 1000; ++i) {
    const Key key = "k" + std::to_string(i);
    batch.changes.push_back(i % 2 == 0 ? Change::Remove(key, Guard::AtVersion(i))
                                       : Change::Check(key, Guard::AtVersion(i)));
  }
  EXPECT_TRUE(calls().Commit(space_, batch)->IsCommitted());
  EXPECT_EQ(calls().List(space_, {.prefix = "", .limit = 2000})->entries.size(), 500U);
}

INSTANTIATE_TEST_SUITE_P(Every, SizesContract, ::testing::ValuesIn(EveryStore()), NameOf);

}  // namespace
}  // namespace vss::testing
