#include "vss_api/rules.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace vss::vss_api {
namespace {

constexpr Version kMax = std::numeric_limits<Version>::max();
constexpr Version kMin = std::numeric_limits<Version>::min();
const Space kSpace{"tenant", "store"};

std::string Repeat(std::string_view text, std::size_t times) {
  std::string repeated;
  while (times-- > 0) repeated += text;
  return repeated;
}

PutRequest PutOf(Item item) { return {"store", std::nullopt, {std::move(item)}, {}}; }
PutRequest RemovalOf(Item item) { return {"store", std::nullopt, {}, {std::move(item)}}; }

std::string ProblemWithPut(PutRequest request, const Space& space = kSpace) {
  const auto batch = LowerPut(space, std::move(request), {});
  if (batch) return "";
  EXPECT_EQ(batch.error().kind, Kind::kInvalid);
  return batch.error().message;
}

struct WriteRule {
  Version asked;
  Guard guard;
  Version left;
};

TEST(LowerPut, TheVersionOfAWriteSaysWhatItReplacesAndWhatItLeaves) {
  const WriteRule rules[] = {
      {-1, Guard::Anything(), 1},
      {0, Guard::Absent(), 1},
      {1, Guard::AtVersion(1), 2},
      {7, Guard::AtVersion(7), 8},
      {kMax, Guard::AtVersion(kMax), kMax},
      {-2, Guard::AtVersion(-2), -1},
      {kMin, Guard::AtVersion(kMin), kMin + 1},
  };
  for (const WriteRule& rule : rules) {
    const auto batch = LowerPut(kSpace, PutOf({"k", rule.asked, "v"}), {});
    ASSERT_TRUE(batch);
    ASSERT_EQ(batch->changes.size(), 1u);
    const Change& change = batch->changes[0];
    EXPECT_EQ(change.action, Change::Action::kWrite);
    EXPECT_EQ(change.guard, rule.guard) << rule.asked;
    EXPECT_EQ(change.version, rule.left) << rule.asked;
    EXPECT_EQ(change.value, "v");
  }
}

TEST(LowerPut, ADeleteNeedsItsKey) {
  const auto any = LowerPut(kSpace, RemovalOf({"k", -1, "ignored"}), {});
  ASSERT_TRUE(any);
  EXPECT_EQ(any->changes[0].action, Change::Action::kRemove);
  EXPECT_EQ(any->changes[0].guard, Guard::Present());
  EXPECT_TRUE(any->changes[0].value.empty());
  // No record is ever at version 0, so nothing satisfies this.
  EXPECT_EQ(LowerPut(kSpace, RemovalOf({"k", 0, ""}), {})->changes[0].guard, Guard::AtVersion(0));
  EXPECT_EQ(LowerPut(kSpace, RemovalOf({"k", 3, ""}), {})->changes[0].guard, Guard::AtVersion(3));
}

TEST(LowerPut, TheGlobalVersionIsOneMoreWriteBetweenWritesAndDeletes) {
  const auto batch = LowerPut(kSpace, {"store", 4, {{"a", 0, "x"}}, {{"b", 1, ""}}}, {});
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->changes.size(), 3u);
  EXPECT_EQ(batch->changes[1].key, kGlobalVersionKey);
  EXPECT_EQ(batch->changes[1].guard, Guard::AtVersion(4));
  EXPECT_EQ(batch->changes[1].version, 5);
  EXPECT_EQ(batch->changes[1].value, "");
  EXPECT_EQ(batch->changes[2].key, "b");
}

TEST(LowerPut, AnEmptyPutIsAnEmptyBatch) { EXPECT_TRUE(LowerPut(kSpace, {}, {})->changes.empty()); }

TEST(LowerPut, HoldsAThousandItemsBesideTheGlobalVersion) {
  PutRequest request{"store", 0, {}, {}};
  for (int i = 0; i < 600; ++i) request.puts.push_back({"w" + std::to_string(i), 0, ""});
  for (int i = 0; i < 400; ++i) request.deletes.push_back({"d" + std::to_string(i), 1, ""});
  EXPECT_EQ(LowerPut(kSpace, request, {})->changes.size(), 1001u);
  request.deletes.push_back({"one too many", 1, ""});
  EXPECT_EQ(ProblemWithPut(request),
            "Number of write items per request should be less than equal to 1000");
}

TEST(LowerPut, CountsNamesInCodePoints) {
  const std::string four_bytes = "\xF0\x9F\x94\x91";
  EXPECT_EQ(ProblemWithPut(PutOf({Repeat(four_bytes, 600), 0, ""})), "");
  EXPECT_EQ(ProblemWithPut(PutOf({Repeat("k", 600), 0, ""})), "");
  EXPECT_NE(ProblemWithPut(PutOf({Repeat("k", 601), 0, ""})), "");
  EXPECT_NE(ProblemWithPut(PutOf({Repeat("k", 600) + "  ", 0, ""})), "") << "spaces count too";
  EXPECT_EQ(ProblemWithPut(PutOf({"k", 0, ""}), {"t", Repeat("s", 120)}), "");
  EXPECT_NE(ProblemWithPut(PutOf({"k", 0, ""}), {"t", Repeat("s", 121)}), "");
  EXPECT_EQ(ProblemWithPut(PutOf({"", 0, ""}), {"t", ""}), "") << "both may be empty";
  EXPECT_NE(ProblemWithPut(PutOf({Repeat(four_bytes, 600), 0, ""}), {"t", Repeat(four_bytes, 120)}),
            "");
}

TEST(LowerPut, RefusesNul) {
  EXPECT_NE(ProblemWithPut(PutOf({std::string("a\0b", 3), 0, ""})), "");
  EXPECT_NE(ProblemWithPut(RemovalOf({std::string("\0", 1), 0, ""})), "");
  EXPECT_NE(ProblemWithPut(PutOf({"k", 0, ""}), {"t", std::string("s\0", 2)}), "");
}

TEST(LowerPut, RefusesTheSameKeyTwice) {
  EXPECT_NE(ProblemWithPut({"s", std::nullopt, {{"k", 0, ""}, {"k", 1, ""}}, {}}), "");
  EXPECT_NE(ProblemWithPut({"s", std::nullopt, {{"k", 0, ""}}, {{"k", 1, ""}}}), "");
  EXPECT_NE(ProblemWithPut({"s", 0, {{std::string(kGlobalVersionKey), 0, ""}}, {}}), "");
}

TEST(LowerPut, RefusesAValueOverTheQuota) {
  EXPECT_TRUE(LowerPut(kSpace, PutOf({"k", 0, "1234"}), {.value_bytes_max = 4}));
  EXPECT_FALSE(LowerPut(kSpace, PutOf({"k", 0, "12345"}), {.value_bytes_max = 4}));
}

TEST(LowerDelete, NeedsAnItem) {
  EXPECT_EQ(LowerDelete(kSpace, {"store", std::nullopt}).error().message,
            "key_value missing in DeleteObjectRequest");
  EXPECT_EQ(LowerDelete(kSpace, {"store", Item{}})->changes[0].key, "");
}

TEST(LowerList, BoundsThePage) {
  const auto limit_for = [](std::optional<std::int32_t> page_size) {
    return LowerList(kSpace, {"store", "", page_size, std::nullopt})->limit;
  };
  EXPECT_EQ(limit_for(std::nullopt), 100u);
  EXPECT_EQ(limit_for(100), 100u);
  EXPECT_EQ(limit_for(101), 100u);
  EXPECT_EQ(limit_for(1), 1u);
  EXPECT_EQ(limit_for(0), 0u);
  EXPECT_FALSE(LowerList(kSpace, {"store", "", -1, std::nullopt}));
}

TEST(LowerList, OnlyTheFirstPageReadsTheGlobalVersion) {
  EXPECT_TRUE(LowerList(kSpace, {"store", "", 5, std::nullopt})->read_apart);
  EXPECT_FALSE(LowerList(kSpace, {"store", "", 5, "12"})->read_apart);
  EXPECT_FALSE(LowerList(kSpace, {"store", "", 0, ""})->read_apart)
      << "a page of nothing does not look at its token";
}

TEST(LowerList, ReadsPageTokens) {
  const auto token = [](std::string text) -> std::optional<Rank> {
    const auto query = LowerList(kSpace, {"store", "", std::nullopt, std::move(text)});
    if (!query) {
      EXPECT_EQ(query.error().message, "Invalid page token");
      return std::nullopt;
    }
    return query->older_than;
  };
  EXPECT_EQ(token("0"), 0);
  EXPECT_EQ(token("12345"), 12345);
  EXPECT_EQ(token("+42"), 42);
  EXPECT_EQ(token("00042"), 42);
  EXPECT_EQ(token("9223372036854775807"), kMax);
  for (const char* bad : {"", "+", "-1", "-9223372036854775808", "9223372036854775808", "abc",
                          "1e3", " 1", "1 ", "++1", "+-1", "0x10", "\xD9\xA1"}) {
    EXPECT_EQ(token(bad), std::nullopt) << bad;
  }
}

TEST(Raise, AnEmptyTokenEndsTheList) {
  const ListQuery first{.read_apart = true};
  EXPECT_EQ(Raise(first, {}).next_page_token, "");
  EXPECT_EQ(Raise(first, {}).global_version, 0);
  EXPECT_EQ(Raise(first, {.entries = {}, .next = 7, .apart = 3}).next_page_token, "7");
  EXPECT_EQ(Raise(first, {.entries = {}, .next = 7, .apart = 3}).global_version, 3);
  EXPECT_EQ(Raise({}, {}).global_version, std::nullopt);
}

}  // namespace
}  // namespace vss::vss_api
