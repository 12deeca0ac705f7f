// What every durable Store promises to whoever opens it again.

#include "tests/contract/store_contract.h"

namespace vss::testing {
namespace {

class DurableContract : public StoreContract {};

TEST_P(DurableContract, EverythingIsThereAfterReopening) {
  Check(R"(
    put a=red b=red c=red   -> committed
    put b=blue@1            -> committed
    commit remove c         -> committed
    in alice/other
    commit write x=1:-7     -> committed
  )");
  Reopen();
  Check(R"(
    list                    -> b@2 a@1
    get a b c               -> a=red@1 b=blue@2
    put b=green@2           -> committed
    in alice/other
    scan                    -> x=1@-7
  )");
}

TEST_P(DurableContract, RanksGoOnUpwards) {
  Check(R"(
    put a=1 b=1 c=1         -> committed
    list limit=1            -> c@1 more
    commit remove c         -> committed
  )");
  const auto before = calls().List(space_, {.prefix = "", .limit = 1});
  Reopen();
  Check(R"(
    put d=1 e=1             -> committed
    list                    -> e@1 d@1 b@1 a@1
    commit remove d, remove e, remove b, remove a -> committed
  )");
  Reopen();
  Check(R"(
    put f=1 g=1             -> committed
    list                    -> g@1 f@1
  )");
  // An old token is below everything that came later.
  EXPECT_TRUE(calls().List(space_, {.prefix = "", .older_than = before->next})->entries.empty());
}

TEST_P(DurableContract, WhatATenantUsesIsRemembered) {
  Check(R"(
    allow keys=2 bytes=20
    put a=12345             -> committed new tenant
  )");
  Reopen();
  Check(R"(
    allow keys=2 bytes=20
    put b=12345             -> committed
    put c=1                 -> over keys
    put a=123456789012345   -> over bytes
  )");
}

INSTANTIATE_TEST_SUITE_P(Every, DurableContract, ::testing::ValuesIn(EveryDurableStore()), NameOf);

}  // namespace
}  // namespace vss::testing
