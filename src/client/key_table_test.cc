#include "client/key_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vss::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using State = KeyTable::Seen::State;

TEST(KeyTable, WritesOfOneKeyTakeTurns) {
  KeyTable table;
  EXPECT_TRUE(table.Enter(1, {"a"}));
  EXPECT_FALSE(table.Enter(2, {"a", "b"}));
  EXPECT_FALSE(table.Enter(3, {"b"}));
  EXPECT_TRUE(table.Enter(4, {"c"}));
  EXPECT_THAT(table.Leave(4), IsEmpty());
  EXPECT_THAT(table.Leave(1), ElementsAre(2));
  EXPECT_THAT(table.Leave(2), ElementsAre(3));
  EXPECT_THAT(table.Leave(3), IsEmpty());
}

TEST(KeyTable, AWriteOfSeveralWaitsForAll) {
  KeyTable table;
  EXPECT_TRUE(table.Enter(1, {"a"}));
  EXPECT_TRUE(table.Enter(2, {"b"}));
  EXPECT_FALSE(table.Enter(3, {"b", "a"}));
  EXPECT_THAT(table.Leave(2), IsEmpty());
  EXPECT_THAT(table.Leave(1), ElementsAre(3));
}

TEST(KeyTable, AReadThatMetAWriteTeachesNothing) {
  KeyTable table;
  const auto before = table.BeginRead("a");
  table.EndRead("a", before, 7);
  EXPECT_EQ(table.LastSeen("a").version, 7);

  const auto during = table.BeginRead("a");
  ASSERT_TRUE(table.Enter(1, {"a"}));
  table.OnWritten("a", 8);
  (void)table.Leave(1);
  table.EndRead("a", during, 7);
  EXPECT_EQ(table.LastSeen("a").version, 8);
}

TEST(KeyTable, AnUnsettledWriteIsForgottenByReading) {
  KeyTable table;
  EXPECT_EQ(table.LastSeen("a").state, State::kNever);
  table.OnUnsettled("a");
  EXPECT_EQ(table.LastSeen("a").state, State::kUnsettled);
  table.EndRead("a", table.BeginRead("a"), std::nullopt);
  EXPECT_EQ(table.LastSeen("a").state, State::kUnsettled);
  table.EndRead("a", table.BeginRead("a"), 3);
  EXPECT_EQ(table.LastSeen("a").state, State::kAt);
}

TEST(KeyTable, WhatIsNotThereTakesNoPlace) {
  KeyTable table;
  table.EndRead("absent", table.BeginRead("absent"), 0);
  table.EndRead("unknown", table.BeginRead("unknown"), std::nullopt);
  ASSERT_TRUE(table.Enter(1, {"removed"}));
  table.OnWritten("removed", 0);
  (void)table.Leave(1);
  ASSERT_TRUE(table.Enter(2, {"never settled"}));
  (void)table.Leave(2);
  EXPECT_EQ(table.size(), 0u);
}

TEST(KeyTable, AKeyThatIsReadIsNotForgotten) {
  KeyTable table;
  table.EndRead("a", table.BeginRead("a"), 7);
  const auto during = table.BeginRead("a");
  ASSERT_TRUE(table.Enter(1, {"a"}));
  table.OnWritten("a", 0);
  (void)table.Leave(1);
  table.EndRead("a", during, 7);
  EXPECT_EQ(table.LastSeen("a").version, 0) << "it was read before it was removed";
}

}  // namespace
}  // namespace vss::client
