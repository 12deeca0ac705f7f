// What every Store promises.  script.h explains the lines.

#include "tests/contract/store_contract.h"

namespace vss::testing {
namespace {

// Guards.

TEST_P(StoreContract, AWriteNamesTheVersionItReplaces) {
  Check(R"(
    put a=red@0      -> committed
    put a=blue@0     -> conflict a@1
    get a            -> red@1
    put a=blue@1     -> committed
    get a            -> blue@2
    put a=green@1    -> conflict a@2
  )");
}

TEST_P(StoreContract, AWriteIsGuardedByWhatIsThere) {
  Check(R"(
    commit write a=1:5 if present  -> conflict a@none
    commit write a=1:5 if 5        -> conflict a@none
    commit write a=1:5 if 0        -> conflict a@none
    commit write a=1:5 if absent   -> committed
    commit write a=2:6 if absent   -> conflict a@5
    commit write a=2:6 if 4        -> conflict a@5
    commit write a=2:6 if 0        -> conflict a@5
    get a                          -> 1@5
    commit write a=2:6 if present  -> committed
    commit write a=3:3 if 6        -> committed
    get a                          -> 3@3
    commit write a=4:9             -> committed
    commit write b=5:9             -> committed
    get a b                        -> a=4@9 b=5@9
  )");
}

TEST_P(StoreContract, ARemovalIsGuardedByWhatIsThere) {
  Check(R"(
    commit remove a if present -> conflict a@none
    commit remove a if 1       -> conflict a@none
    commit remove a if absent  -> committed
    commit remove a            -> committed
    put a=red@0                -> committed
    commit remove a if absent  -> conflict a@1
    commit remove a if 2       -> conflict a@1
    get a                      -> red@1
    commit remove a if 1       -> committed
    get a                      -> none
    put a=red@0                -> committed
    commit remove a if present -> committed
    put a=red@0                -> committed
    commit remove a            -> committed
    get a                      -> none
  )");
}

TEST_P(StoreContract, ACheckChangesNothing) {
  Check(R"(
    commit check a             -> committed
    commit check a if absent   -> committed
    commit check a if present  -> conflict a@none
    commit check a if 1        -> conflict a@none
    list                       -> none
    put a=red@0                -> committed
    commit check a             -> committed
    commit check a if present  -> committed
    commit check a if 1        -> committed
    commit check a if absent   -> conflict a@1
    commit check a if 2        -> conflict a@1
    get a                      -> red@1
  )");
}

// Batches.

TEST_P(StoreContract, ABatchIsAllOrNothing) {
  Check(R"(
    put a=red@0 b=red@0                                             -> committed
    put a=blue@1 b=blue@0                                           -> conflict b@1
    get a b                                                         -> a=red@1 b=red@1
    commit write a=blue:2 if 1, write c=blue:1, remove b, check d if present -> conflict d@none
    get a b c                                                       -> a=red@1 b=red@1
    commit write a=blue:2 if 1, write c=blue:1, remove b, check d if absent  -> committed
    get a b c                                                       -> a=blue@2 c=blue@1
  )");
}

TEST_P(StoreContract, EveryObstacleIsNamedInTheOrderOfTheBatch) {
  Check(R"(
    commit write z=1:7, write a=1:3                                         -> committed
    commit remove z if 1, check m if 4, write b=2:1 if absent, write a=2:1 if absent -> conflict z@7 m@none a@3
  )");
}

TEST_P(StoreContract, AnEmptyBatchIsCommitted) {
  EXPECT_TRUE(calls().Commit(space_, {})->IsCommitted());
  Check("list -> none");
}

TEST_P(StoreContract, ARemovedKeyCanBeWrittenAsNew) {
  Check(R"(
    put a=red@0                     -> committed
    put a=blue@1                    -> committed
    commit remove a if 2            -> committed
    put a=green@2                   -> conflict a@none
    put a=green@0                   -> committed
    get a                           -> green@1
  )");
}

// Reading.

TEST_P(StoreContract, AGetFollowsTheOrderOfItsKeys) {
  Check(R"(
    put a=1 b=2 c=3     -> committed
    get c x a           -> c=3@1 a=1@1
    get x y             -> none
  )");
  EXPECT_TRUE(calls().Get(space_, {})->empty());
}

TEST_P(StoreContract, AScanIsInTheOrderOfKeys) {
  Check(R"(
    put b=2 a/2=4 a=1 a/1=3 B=5 -> committed
    scan                        -> B=5@1 a=1@1 a/1=3@1 a/2=4@1 b=2@1
    scan prefix=a/              -> a/1=3@1 a/2=4@1
    scan prefix=x               -> none
  )");
}

TEST_P(StoreContract, AScanIsWholeOrNotAtAll) {
  Check(R"(
    put a=12345 b=12345      -> committed
    scan bytes=12            -> a=12345@1 b=12345@1
    scan bytes=11            -> too large
    scan bytes=0             -> too large
    scan prefix=b bytes=6    -> b=12345@1
    scan prefix=x bytes=0    -> none
  )");
}

// Spaces.

TEST_P(StoreContract, SpacesNeverMeet) {
  Check(R"(
    in alice/s         # One tenant,
    put a=1@0          -> committed
    in alice/t         # another store of hers,
    get a              -> none
    put a=2@0          -> committed
    in alice/          # one with an empty name,
    put a=3@0          -> committed
    in bob/s           # and another tenant.
    get a              -> none
    list               -> none
    scan               -> none
    put a=4@0          -> committed
    commit remove a    -> committed
    in alice/s
    get a              -> 1@1
    list               -> a@1
    in alice/t
    scan               -> a=2@1
    in alice/
    get a              -> 3@1
  )");
}

TEST_P(StoreContract, NamesThatLookLikeSeparatorsAreNames) {
  const Space spaces[] = {{"a", "b/c"}, {"a/b", "c"}, {"a", "b"},  {"ab", ""},
                          {"a", "B"},   {"A", "b"},   {"a ", "b"}, {"a'b", "\"c\""}};
  for (const Space& space : spaces) {
    const auto outcome = calls().Commit(
        space, {{Change::Write("k", Guard::Absent(), 1, space.tenant + "|" + space.store)}, {}});
    EXPECT_TRUE(outcome->IsCommitted()) << space.tenant << " " << space.store;
  }
  for (const Space& space : spaces) {
    EXPECT_EQ(calls().Get(space, {"k"})->at(0).value, space.tenant + "|" + space.store);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, StoreContract, ::testing::ValuesIn(EveryStore()), NameOf);

}  // namespace
}  // namespace vss::testing
