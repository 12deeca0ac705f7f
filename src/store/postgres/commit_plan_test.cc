// How a group of batches becomes one change for each row.

#include "store/postgres/commit_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace vss::store {
namespace {

using ::testing::ElementsAre;

// The batches of one space, and what is in the database.
class PlanTest : public ::testing::Test {
 protected:
  void Take(std::vector<Change> changes, Allowance allowance = {}) {
    batches_.push_back({std::move(changes), allowance});
    group_.push_back({&space_, &batches_.back()});
  }
  void IsThere(const char* key, Version version) { known_.rows[{"t", "s", key}] = {version, 0}; }

  // What there is to do, one word for each row: +insert *upsert =update -remove.
  static std::vector<std::string> Words(const Effects& effects) {
    std::vector<std::string> words;
    const auto expects = [](const RemoveEffect& removal) {
      if (removal.expected) return "@" + std::to_string(*removal.expected);
      return std::string(removal.must_exist ? "" : "?");
    };
    for (const auto& r : effects.removals) words.push_back("-" + Name(r.row) + expects(r));
    for (const auto& w : effects.inserts) words.push_back("+" + Name(w.row) + To(w));
    for (const auto& w : effects.upserts) words.push_back("*" + Name(w.row) + To(w));
    for (const auto& w : effects.updates) {
      words.push_back("=" + Name(w.row) + "@" + std::to_string(w.expected) + To(w));
    }
    for (const auto& r : effects.late_removals) words.push_back("-" + Name(r.row) + expects(r));
    return words;
  }
  std::vector<std::string> Known() const { return Words(PlanFrom(known_, group_).effects); }
  std::vector<std::string> Blind() const {
    const auto plan = PlanBlindly(group_);
    return plan ? Words(plan->effects) : std::vector<std::string>{"must look"};
  }
  static std::string Outcomes(const CommitPlan& plan) {
    std::string out;
    for (const CommitOutcome& outcome : plan.outcomes) out += outcome.IsCommitted() ? 'y' : 'n';
    return out;
  }

 private:
  static std::string Name(const RowName& row) { return std::string(row.key); }
  static std::string To(const WriteEffect& write) {
    return ":" + std::to_string(write.version) + std::string(write.value);
  }

  const Space space_ = {"t", "s"};
  std::deque<Batch> batches_;

 protected:
  std::vector<PlannedBatch> group_;
  store::Known known_;
};

TEST_F(PlanTest, AGuardBecomesAConditionOfTheStatement) {
  Take({Change::Write("a", Guard::Absent(), 1, "x"),
        Change::Write("b", Guard::AtVersion(4), 5, "y"), Change::Remove("c", Guard::AtVersion(6)),
        Change::Remove("d", Guard::Present()), Change::Remove("e", Guard::Anything())});
  EXPECT_THAT(Blind(), ElementsAre("-c@6", "-d", "-e?", "+a:1x", "=b@4:5y", "-e?"));
}

TEST_F(PlanTest, AnUnconditionalWriteNeedsNoCondition) {
  Take({Change::Write("a", Guard::Anything(), 1, "x")});
  EXPECT_THAT(Blind(), ElementsAre("*a:1x"));
  EXPECT_THAT(Known(), ElementsAre("+a:1x"));
  IsThere("a", 9);
  EXPECT_THAT(Known(), ElementsAre("=a@9:1x"));
}

TEST_F(PlanTest, ABatchSeesWhatTheOneBeforeItLeft) {
  Take({Change::Write("a", Guard::AtVersion(1), 2, "x")});
  Take({Change::Write("a", Guard::AtVersion(2), 3, "y")});
  Take({Change::Write("a", Guard::AtVersion(2), 3, "z")});
  EXPECT_THAT(Blind(), ElementsAre("=a@1:3y"));
  const auto plan = PlanBlindly(group_);
  EXPECT_EQ(Outcomes(*plan), "yyn");
  EXPECT_THAT(plan->outcomes[2].obstacles, ElementsAre(Obstacle{"a", 3}));
}

TEST_F(PlanTest, WhatFailsForAReasonThatIsNotWhollyKnownMustBeLookedAt) {
  Take({Change::Write("a", Guard::AtVersion(1), 2, "x")});
  Take({Change::Write("a", Guard::AtVersion(1), 2, "y"),
        Change::Write("b", Guard::Absent(), 1, "")});
  EXPECT_THAT(Blind(), ElementsAre("must look"));
  IsThere("a", 1);
  IsThere("b", 7);
  const CommitPlan plan = PlanFrom(known_, group_);
  EXPECT_EQ(Outcomes(plan), "yn");
  EXPECT_THAT(plan.outcomes[1].obstacles, ElementsAre(Obstacle{"a", 2}, Obstacle{"b", 7}));
}

TEST_F(PlanTest, WhatIsOnlyCheckedMustBeLookedAt) {
  Take({Change::Check("a", Guard::AtVersion(3)), Change::Write("b", Guard::Absent(), 1, "x")});
  EXPECT_THAT(Blind(), ElementsAre("must look"));
  IsThere("a", 3);
  EXPECT_THAT(Known(), ElementsAre("+b:1x")) << "the lock on the row is enough";
}

TEST_F(PlanTest, AnAbsenceThatIsReliedOnIsDefended) {
  Take({Change::Check("a", Guard::Absent()), Change::Write("b", Guard::Absent(), 1, "x")});
  EXPECT_THAT(Known(), ElementsAre("+a:0", "+b:1x", "-a"));
}

TEST_F(PlanTest, WhatIsRemovedAndWrittenAgainIsNew) {
  IsThere("a", 3);
  Take({Change::Remove("a", Guard::Present())});
  Take({Change::Write("b", Guard::Absent(), 1, "x")});
  Take({Change::Write("a", Guard::Absent(), 1, "y")});
  EXPECT_THAT(Known(), ElementsAre("-a@3", "+b:1x", "+a:1y"));
  EXPECT_THAT(Blind(), ElementsAre("-a", "+b:1x", "+a:1y"));
}

TEST_F(PlanTest, WhatIsMadeAndRemovedLeavesNothing) {
  Take({Change::Write("a", Guard::Anything(), 1, "x")});
  Take({Change::Remove("a", Guard::AtVersion(1))});
  EXPECT_THAT(Blind(), ElementsAre("-a?", "-a?"));
  EXPECT_THAT(Known(), ElementsAre("-a?")) << "somebody else's may have come to be meanwhile";
}

TEST_F(PlanTest, WhatNeedNotBeThereIsLookedForAgainWhenAllElseIsLocked) {
  Take({Change::Write("a", Guard::Anything(), 1, "x"),
        Change::Write("b", Guard::Anything(), 1, "y")});
  Take({Change::Remove("a", Guard::Anything())});
  EXPECT_THAT(Blind(), ElementsAre("-a?", "*b:1y", "-a?"));
  EXPECT_THAT(Known(), ElementsAre("+b:1y", "-a?"));
  Take({Change::Write("a", Guard::Absent(), 1, "z")});
  EXPECT_THAT(Known(), ElementsAre("+b:1y", "+a:1z")) << "the insert makes sure of it";
}

TEST_F(PlanTest, InsertsAreInTheOrderOfTheChanges) {
  Take({Change::Write("z", Guard::Absent(), 1, ""), Change::Write("a", Guard::Absent(), 1, "")});
  Take({Change::Write("m", Guard::Absent(), 1, "")});
  EXPECT_THAT(Blind(), ElementsAre("+z:1", "+a:1", "+m:1"));
  Take({Change::Write("b", Guard::Anything(), 1, "")});
  EXPECT_THAT(Blind(), ElementsAre("must look")) << "two statements could not keep the order";
  EXPECT_THAT(Known(), ElementsAre("+z:1", "+a:1", "+m:1", "+b:1"));
}

TEST_F(PlanTest, UsageFollowsEveryBatch) {
  IsThere("a", 1);
  known_.rows[{"t", "s", "a"}].value_bytes = 9;
  known_.usage["t"] = {10, 1, 1};
  known_.rows_of_space[{"t", "s"}] = 1;
  Take({Change::Remove("a", Guard::Present())});
  Take(
      {Change::Write("bb", Guard::Absent(), 1, "123"), Change::Write("c", Guard::Absent(), 1, "")});
  const CommitPlan plan = PlanFrom(known_, group_);
  EXPECT_EQ(plan.usage.at("t"), (Usage{6, 2, 1}));

  const auto blind = PlanBlindly(group_, &known_);
  ASSERT_TRUE(blind) << "all but the guards is taken from what is remembered";
  EXPECT_EQ(blind->usage.at("t"), (Usage{6, 2, 1}));
}

TEST_F(PlanTest, UsageIsWrittenIfAnythingInItMoved) {
  IsThere("a", 1);
  IsThere("b", 1);
  known_.usage["t"] = {2, 2, 1};
  known_.rows_of_space[{"t", "s"}] = 1;
  Take({Change::Write("a", Guard::Anything(), 1, "")});
  EXPECT_TRUE(PlanFrom(known_, group_).usage.empty());
  Take({Change::Write("a", Guard::Anything(), 1, "xx")});
  Take({Change::Write("a", Guard::Anything(), 1, "")});
  EXPECT_EQ(PlanFrom(known_, group_).usage.at("t"), (Usage{2, 2, 1}));
}

TEST_F(PlanTest, WhatIsLessThanNothingBreaksNoQuota) {
  known_.usage["t"] = {-9, 0, 0};
  known_.rows_of_space[{"t", "s"}] = 0;
  Take({Change::Write("a", Guard::Absent(), 1, "x")});
  EXPECT_EQ(Outcomes(PlanFrom(known_, group_)), "y");
}

TEST_F(PlanTest, NobodyIsRefusedForWhatIsOnlyRemembered) {
  known_.usage["t"] = {10, 1, 1};
  known_.rows_of_space[{"t", "s"}] = 1;
  Take({Change::Write("a", Guard::Absent(), 1, "x")}, {.keys_max = 1});
  EXPECT_FALSE(PlanBlindly(group_, &known_));
  EXPECT_EQ(Outcomes(PlanFrom(known_, group_)), "n");
}

}  // namespace
}  // namespace vss::store
