// The checker itself: it accepts what can be explained, and finds what cannot.

#include "tests/e2e/linearizability.h"

#include <gtest/gtest.h>

namespace vss::testing {
namespace {

using End = Request::End;
using Kind = Verdict::Kind;

Request Put(std::int64_t called, std::int64_t returned, Entry item, End end = End::kDone) {
  return {called, returned, Write{.puts = {std::move(item)}}, end};
}
Request Saw(std::int64_t called, std::int64_t returned, std::string key, Cell cell) {
  return {called, returned, SawCell{std::move(key), std::move(cell)}};
}
Request SawNone(std::int64_t called, std::int64_t returned, std::string key) {
  return {called, returned, SawCell{std::move(key), std::nullopt}};
}

Kind Judge(std::vector<Request> history) { return CheckLinearizable(std::move(history)).kind; }

TEST(Linearizability, OneAfterTheOtherAsTheModelSays) {
  EXPECT_EQ(Judge({}), Kind::kLinearizable);
  EXPECT_EQ(Judge({SawNone(0, 1, "k"),
                   Put(2, 3, {"k", 0, "red"}),
                   Saw(4, 5, "k", {1, "red"}),
                   Put(6, 7, {"k", 1, "blue"}),
                   Put(8, 9, {"k", 1, "late"}, End::kConflicted),
                   Saw(10, 11, "k", {2, "blue"}),
                   Put(12, 13, {"k", -1, "green"}),
                   Saw(14, 15, "k", {1, "green"}),
                   {16, 17, Write{.deletes = {{"k", 5}}, .is_delete = true}},
                   {18, 19, Write{.deletes = {{"k", 1}}, .is_delete = true}},
                   SawNone(20, 21, "k")}),
            Kind::kLinearizable);
}

TEST(Linearizability, ConcurrentRequestsMayComeInAnyOrder) {
  // Whoever wins, the other conflicts, and a read meanwhile sees either.
  for (const char* winner : {"red", "blue"}) {
    const bool red = std::string(winner) == "red";
    EXPECT_EQ(Judge({Put(0, 10, {"k", 0, "red"}, red ? End::kDone : End::kConflicted),
                     Put(1, 9, {"k", 0, "blue"}, red ? End::kConflicted : End::kDone),
                     SawNone(2, 3, "k"), Saw(11, 12, "k", {1, winner})}),
              Kind::kLinearizable);
  }
}

TEST(Linearizability, FindsAStaleRead) {
  EXPECT_EQ(
      Judge({Put(0, 1, {"k", 0, "red"}), Put(2, 3, {"k", 1, "blue"}), Saw(4, 5, "k", {1, "red"})}),
      Kind::kViolation);
  EXPECT_EQ(Judge({Put(0, 1, {"k", 0, "red"}), SawNone(2, 3, "k")}), Kind::kViolation);
  // Two reads, one after the other, that see time run backwards during one write.
  EXPECT_EQ(Judge({Put(0, 1, {"k", 0, "red"}), Put(2, 20, {"k", 1, "blue"}),
                   Saw(3, 4, "k", {2, "blue"}), Saw(5, 6, "k", {1, "red"})}),
            Kind::kViolation);
}

TEST(Linearizability, FindsALostUpdate) {
  // Two winners for one version.
  EXPECT_EQ(Judge({Put(0, 1, {"k", 0, "red"}), Put(2, 9, {"k", 1, "blue"}),
                   Put(3, 8, {"k", 1, "green"})}),
            Kind::kViolation);
  EXPECT_EQ(Judge({Put(0, 9, {"k", 0, "red"}), Put(1, 8, {"k", 0, "blue"})}), Kind::kViolation);
  // One that was acknowledged and then was never there.
  EXPECT_EQ(Judge({Put(0, 1, {"k", -1, "red"}), Put(2, 3, {"k", -1, "blue"}),
                   Saw(4, 5, "k", {1, "red"})}),
            Kind::kViolation);
}

TEST(Linearizability, FindsAConflictThatIsNone) {
  EXPECT_EQ(Judge({Put(0, 1, {"k", 0, "red"}), Put(2, 3, {"k", 1, "blue"}, End::kConflicted)}),
            Kind::kViolation);
  EXPECT_EQ(Judge({Put(0, 1, {"k", 0, "red"}, End::kConflicted)}), Kind::kViolation);
}

TEST(Linearizability, FindsAWriteThatWasRefusedAndHappened) {
  EXPECT_EQ(Judge({Put(0, 1, {"k", 0, "red"}), Put(2, 3, {"k", 0, "blue"}, End::kConflicted),
                   Saw(4, 5, "k", {1, "blue"})}),
            Kind::kViolation);
}

TEST(Linearizability, FindsATornPut) {
  const auto both = [](std::int64_t called, std::int64_t returned, std::int64_t version,
                       const std::string& value) {
    return Request{
        called, returned,
        Write{.puts = {{"a", version, value}, {"b", version, value}}, .global_version = version}};
  };
  const auto listed = [](std::int64_t called, std::int64_t returned,
                         std::map<std::string, std::int64_t> versions) {
    return Request{called, returned, SawVersions{std::move(versions)}};
  };
  EXPECT_EQ(Judge({both(0, 1, 0, "red"), both(2, 9, 1, "blue"), Saw(3, 4, "a", {2, "blue"}),
                   Saw(5, 6, "b", {2, "blue"}), listed(10, 11, {{"a", 2}, {"b", 2}}),
                   Saw(12, 13, kGlobalVersion, {2, ""})}),
            Kind::kLinearizable);
  EXPECT_EQ(Judge({both(0, 1, 0, "red"), both(2, 9, 1, "blue"), Saw(3, 4, "a", {2, "blue"}),
                   Saw(5, 6, "b", {1, "red"})}),
            Kind::kViolation);
  EXPECT_EQ(
      Judge({both(0, 1, 0, "red"), both(2, 9, 1, "blue"), listed(3, 8, {{"a", 2}, {"b", 1}})}),
      Kind::kViolation);
  EXPECT_EQ(Judge({both(0, 1, 0, "red"), both(2, 9, 1, "blue"), Saw(3, 4, "a", {2, "blue"}),
                   Saw(5, 6, kGlobalVersion, {1, ""})}),
            Kind::kViolation);
}

TEST(Linearizability, WhatGotLostMayHaveHappenedOrNot) {
  const auto history = [](std::int64_t returned, Cell seen) {
    return std::vector<Request>{Put(0, 1, {"k", 0, "red"}),
                                Put(2, returned, {"k", 1, "blue"}, End::kUnknown),
                                Saw(4, 5, "k", std::move(seen)), Saw(6, 7, "k", {1, "red"})};
  };
  EXPECT_EQ(Judge(history(3, {1, "red"})), Kind::kLinearizable);
  EXPECT_EQ(Judge(history(Request::kNever, {1, "red"})), Kind::kLinearizable);
  // But not happened and then not.
  EXPECT_EQ(Judge(history(3, {2, "blue"})), Kind::kViolation);
  // And not after its end: the server that had it is gone.
  EXPECT_EQ(Judge({Put(0, 1, {"k", 0, "red"}), Put(2, 3, {"k", 1, "blue"}, End::kUnknown),
                   Saw(4, 5, "k", {1, "red"}), Saw(6, 7, "k", {2, "blue"})}),
            Kind::kViolation);
  EXPECT_EQ(
      Judge({Put(0, 1, {"k", 0, "red"}), Put(2, Request::kNever, {"k", 1, "blue"}, End::kUnknown),
             Saw(4, 5, "k", {1, "red"}), Saw(6, 7, "k", {2, "blue"})}),
      Kind::kLinearizable);
}

TEST(Linearizability, KeysAreJudgedOneByOne) {
  const std::vector<Request> good = {Put(0, 1, {"j", 0, "red"}), Put(0, 1, {"k", 0, "blue"}),
                                     Saw(2, 3, "j", {1, "red"}), Saw(2, 3, "k", {1, "blue"})};
  EXPECT_EQ(CheckEachKey(good).kind, Kind::kLinearizable);
  std::vector<Request> bad = good;
  bad.push_back(SawNone(4, 5, "j"));
  const Verdict verdict = CheckEachKey(bad);
  EXPECT_EQ(verdict.kind, Kind::kViolation);
  EXPECT_NE(verdict.explanation.find("saw j=none"), std::string::npos) << verdict.explanation;
}

// Wide and long: a crowd that overwrites one key, whose reads leave only one order.
TEST(Linearizability, CopesWithAWideHistory) {
  std::vector<Request> history;
  std::int64_t now = 0;
  for (int round = 0; round < 30; ++round) {
    for (std::int64_t i = 0; i < 6; ++i) {
      history.push_back(
          Put(now + i, now + 50, {"k", -1, std::to_string(round) + "-" + std::to_string(i)}));
    }
    for (std::int64_t i = 0; i < 3; ++i) {
      history.push_back(Saw(now + 10 + 10 * i, now + 18 + 10 * i, "k",
                            {1, std::to_string(round) + "-" + std::to_string((5 * i) % 6)}));
    }
    now += 45;
  }
  EXPECT_EQ(Judge(history), Kind::kLinearizable);
  history.push_back(Saw(now + 100, now + 101, "k", {1, "0-0"}));
  EXPECT_EQ(Judge(history), Kind::kViolation);
}

}  // namespace
}  // namespace vss::testing
