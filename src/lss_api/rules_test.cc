#include "lss_api/rules.h"

#include <gtest/gtest.h>

#include <limits>

namespace vss::lss_api {
namespace {

const Space kSpace = {"lss:02", ""};
constexpr Version kLast = std::numeric_limits<Version>::max();

Change Lowered(Version version) {
  const auto batch = LowerPut(kSpace, {{"key", version, "value"}}, {});
  EXPECT_TRUE(batch);
  return batch->changes.front();
}

TEST(LssRules, APutAsksForTheVersionBelowItsOwn) {
  EXPECT_EQ(Lowered(0).guard, Guard::Absent());
  EXPECT_EQ(Lowered(0).version, 0);
  EXPECT_EQ(Lowered(1).guard, Guard::AtVersion(0));
  EXPECT_EQ(Lowered(1).version, 1);
  EXPECT_EQ(Lowered(kLast).guard, Guard::AtVersion(kLast - 1));
  EXPECT_EQ(Lowered(kLast).version, kLast);
}

TEST(LssRules, NothingSatisfiesANegativeVersion) {
  for (const Version version : {Version{-1}, Version{-2}, std::numeric_limits<Version>::min()}) {
    const Guard guard = Lowered(version).guard;
    EXPECT_FALSE(guard.HoldsFor(std::nullopt));
    for (const Version present : {Version{0}, Version{1}, kLast}) {
      EXPECT_FALSE(guard.HoldsFor(present));
    }
  }
}

std::string ProblemWith(std::vector<Record> items) {
  if (const auto order = CheckOrder(items); !order) return order.error().message;
  const auto batch = LowerPut(kSpace, std::move(items), {});
  return batch ? "" : batch.error().message;
}

TEST(LssRules, KeysAreSortedAndDistinct) {
  EXPECT_EQ(ProblemWith({}), "");
  EXPECT_EQ(ProblemWith({{"_", 0, ""}, {"a", 0, ""}, {"\xc3\xa9", 0, ""}}), "");
  EXPECT_EQ(ProblemWith({{"b", 0, ""}, {"a", 0, ""}}), "keys are not sorted");
  EXPECT_EQ(ProblemWith({{"a", 0, ""}, {"a", 1, ""}}), "a key appears twice in one put");
  EXPECT_TRUE(CheckOrder({{"a", 0, ""}, {"a", 1, ""}})) << "that is told to who may know";
}

TEST(LssRules, KeysFitEveryStore) {
  EXPECT_EQ(ProblemWith({{std::string(600, 'k'), 0, ""}}), "");
  EXPECT_EQ(ProblemWith({{std::string(601, 'k'), 0, ""}}), "a key is longer than 600 characters");
  EXPECT_EQ(ProblemWith({{std::string(1, '\0'), 0, ""}}), "a key contains a NUL character");
}

TEST(LssRules, ANonceIsThirtyTwoBytesUnlessToldOtherwise) {
  const auto lower = [](std::size_t bytes, bool any) {
    GetRequest request;
    request.nonce = std::string(bytes, 'n');
    return LowerGet(request, {.any_nonce = any}, 100).has_value();
  };
  EXPECT_TRUE(lower(32, false));
  EXPECT_FALSE(lower(31, false));
  EXPECT_FALSE(lower(33, false));
  EXPECT_TRUE(lower(1, true));
  EXPECT_FALSE(lower(0, true));
}

TEST(LssRules, AValueHasABound) {
  EXPECT_TRUE(LowerPut(kSpace, {{"k", 0, "1234"}}, {.value_bytes_max = 4}));
  const auto over = LowerPut(kSpace, {{"k", 0, "12345"}}, {.value_bytes_max = 4});
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().message, "a value is longer than 4 bytes");
}

TEST(LssRules, ANonceThatBeginsLikeAPutIsRefusedIfAskedFor) {
  for (const char first : {'\1', '\2', '\3'}) {
    GetRequest request;
    request.nonce = std::string(1, first) + std::string(31, 'n');
    EXPECT_TRUE(LowerGet(request, {}, 100));
    EXPECT_EQ(LowerGet(request, {.refuse_unsafe_nonces = true}, 100).has_value(), first == '\3');
  }
}

TEST(LssRules, AGetAsksForEverythingUnderItsPrefix) {
  const auto query = LowerGet({std::nullopt, "node/", std::string(32, 'n')}, {}, 77);
  ASSERT_TRUE(query);
  EXPECT_EQ(query->prefix, "node/");
  EXPECT_EQ(query->bytes_max, 77u);
  EXPECT_FALSE(LowerGet({std::nullopt, std::string("a\0", 2), std::string(32, 'n')}, {}, 77));
}

TEST(LssRules, AConflictShowsWhatStandsThereInTheOrderOfThePut) {
  EXPECT_EQ(Raise({{"c", 5}, {"b", std::nullopt}, {"a", 1}}, {{"a", 1, "x"}, {"c", 6, "z"}}),
            (std::vector<Record>{{"c", 6, "z"}, {"b", kAbsent, ""}, {"a", 1, "x"}}));
}

TEST(LssRules, ClientsLiveApart) {
  crypto::CompressedKey id{};
  id[0] = 2;
  EXPECT_EQ(SpaceOf(id), (Space{"lss:02" + std::string(64, '0'), ""}));
}

}  // namespace
}  // namespace vss::lss_api
