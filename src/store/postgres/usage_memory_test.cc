#include "store/postgres/usage_memory.h"

#include <gtest/gtest.h>

#include <deque>

namespace vss::store {
namespace {

class UsageMemoryTest : public ::testing::Test {
 protected:
  // Some batches of the tenant "t".
  class Group {
   public:
    Group& Take(const char* store, std::vector<Change> changes) {
      spaces_.push_back({"t", store});
      batches_.push_back({std::move(changes)});
      planned_.push_back({&spaces_.back(), &batches_.back()});
      return *this;
    }
    const std::vector<PlannedBatch>& Batches() const { return planned_; }

   private:
    std::deque<Space> spaces_;
    std::deque<Batch> batches_;
    std::vector<PlannedBatch> planned_;
  };

  static std::vector<Change> Overwrite(const char* key) {
    return {Change::Write(key, Guard::Anything(), 1, "x")};
  }
  static std::vector<Change> Create(const char* key) {
    return {Change::Write(key, Guard::Absent(), 1, "x")};
  }
  static std::vector<Change> Remove(const char* key) {
    return {Change::Remove(key, Guard::Anything())};
  }

  // Two of the rows of "t" were looked for: "a" in "s" is there with 5 bytes, and "b" is not.
  void Learn(std::int64_t changes, std::int64_t keys_in_all) {
    Known known;
    known.usage["t"] = {100, keys_in_all, 1};
    known.rows[{"t", "s", "a"}] = {7, 5};
    memory_.Learn(known, {{"t", changes}}, {{"t", "s", "a"}, {"t", "s", "b"}});
  }
  bool Remembers(const char* store, std::vector<Change> changes) {
    Group group;
    return memory_.Recall(group.Take(store, std::move(changes)).Batches()).has_value();
  }

  UsageMemory memory_{4};
};

TEST_F(UsageMemoryTest, KnowsWhatItWasTold) {
  EXPECT_FALSE(Remembers("s", Overwrite("a")));
  Learn(1, 9);
  Group group;
  const auto known = memory_.Recall(group.Take("s", Overwrite("a")).Batches());
  ASSERT_TRUE(known);
  EXPECT_EQ(known->usage.at("t"), (Usage{100, 9, 1}));
  EXPECT_EQ((known->rows.at({"t", "s", "a"}).value_bytes), 5);
  EXPECT_EQ(memory_.ChangesOf(group.Batches()).at("t"), 1);
}

TEST_F(UsageMemoryTest, OfAnotherRowItKnowsNothing) {
  Learn(1, 9);
  EXPECT_FALSE(Remembers("s", Overwrite("c")));
  EXPECT_TRUE(Remembers("s", Create("c"))) << "which is done only if it is not there";
  EXPECT_FALSE(Remembers("u", Create("c"))) << "it may be the first in there";
  EXPECT_FALSE(Remembers("s", Remove("a"))) << "it may be the last in there";
}

TEST_F(UsageMemoryTest, WhoHasNoOtherRowsIsKnownWhole) {
  Learn(1, 1);
  EXPECT_TRUE(Remembers("s", Overwrite("c")));
  EXPECT_TRUE(Remembers("u", Create("c")));
  EXPECT_TRUE(Remembers("s", Remove("a")));
}

TEST_F(UsageMemoryTest, FollowsWhatIsDone) {
  Learn(1, 1);
  Group group;
  group.Take("s", Overwrite("a")).Take("s", Overwrite("b")).Take("s", Remove("a"));
  const auto known = memory_.Recall(group.Batches());
  ASSERT_TRUE(known);
  const auto plan = PlanBlindly(group.Batches(), &*known);
  ASSERT_TRUE(plan);
  memory_.Apply(*plan);
  const auto after = memory_.Recall(group.Batches());
  ASSERT_TRUE(after);
  EXPECT_EQ(after->rows.size(), 1);
  EXPECT_EQ((after->rows.at({"t", "s", "b"}).value_bytes), 1);
  EXPECT_EQ(after->usage.at("t").keys, 1);
  EXPECT_EQ(memory_.ChangesOf(group.Batches()).at("t"), 2);
}

TEST_F(UsageMemoryTest, WhatSomebodyElseMovedIsForgotten) {
  Learn(1, 9);
  Known known;
  known.usage["t"] = {100, 9, 1};
  memory_.Learn(known, {{"t", 2}}, {});
  EXPECT_FALSE(Remembers("s", Overwrite("a")));
}

TEST_F(UsageMemoryTest, ForgetsTheOldestFirst) {
  Learn(1, 9);
  for (const char* tenant : {"1", "2", "3"}) {
    Known known;
    known.usage[tenant] = {};
    memory_.Learn(known, {{tenant, 1}}, {});
    EXPECT_EQ(Remembers("s", Overwrite("a")), tenant[0] < '3') << tenant;
  }
}

}  // namespace
}  // namespace vss::store
