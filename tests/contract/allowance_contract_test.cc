// Quotas: what every Store counts, and what it refuses.  script.h explains the lines.

#include "tests/contract/store_contract.h"

namespace vss::testing {
namespace {

class AllowanceContract : public StoreContract {};

TEST_P(AllowanceContract, BytesAreThoseOfKeysAndValuesAndExact) {
  Check(R"(
    allow bytes=10
    put ab=1234567          -> committed new tenant   # 9
    put ab=123456789        -> over bytes             # 11
    put ab=12345678         -> committed              # 10
    put c=                  -> over bytes
    put ab=1 c=123456       -> committed              # 3 + 7, though c alone would be too much
    put ab=12               -> over bytes
    commit remove ab, write d=12:1 -> committed       # 7 + 3
    get c d                 -> c=123456@1 d=12@1
  )");
}

TEST_P(AllowanceContract, BytesOfManyBytesCharactersAreBytes) {
  Check(R"(
    allow bytes=8
    put é=€€               -> committed new tenant    # 2 + 6
    put é=€€.              -> over bytes
  )");
}

TEST_P(AllowanceContract, KeysAreCounted) {
  Check(R"(
    allow keys=2
    put a=1                         -> committed new tenant
    put b=1 c=1                     -> over keys
    list                            -> a@1
    put b=1                         -> committed
    put a=2                         -> committed        # Not a new key.
    put c=1                         -> over keys
    commit remove a, write c=1:1    -> committed
    list                            -> c@1 b@1
    commit remove x, write d=1:1    -> over keys        # x was not there.
  )");
}

TEST_P(AllowanceContract, StoresAreCountedWhileTheyHoldSomething) {
  Check(R"(
    allow stores=2
    in alice/s
    put a=1                 -> committed new tenant
    in alice/t
    put a=1                 -> committed
    put b=1                 -> committed
    in alice/u
    put a=1                 -> over stores
    commit remove a         -> committed
    commit check a          -> committed
    in alice/t
    commit remove a         -> committed
    in alice/u
    put a=1                 -> over stores
    in alice/t
    commit remove b         -> committed    # Now it is empty.
    in alice/u
    put a=1                 -> committed
    in bob/s
    put a=1                 -> committed new tenant
  )");
}

TEST_P(AllowanceContract, AllStoresOfATenantCountTogether) {
  Check(R"(
    allow keys=2 bytes=6
    in alice/s
    put a=12                -> committed new tenant
    in alice/t
    put a=123               -> over bytes
    put a=12                -> committed
    put b=                  -> over bytes
    in bob/s
    put a=12345             -> committed new tenant
    put b=1 c=1             -> over bytes
  )");
}

TEST_P(AllowanceContract, ATenantOverItsQuotaCanCleanUp) {
  Check(R"(
    put a=12345 b=12345 c=12345     -> committed
    allow bytes=5 keys=1 stores=0
    put a=54321                     -> committed        # Not more than before.
    put a=1234                      -> committed        # Less.
    put a=12345                     -> over bytes       # More.
    commit write d=1:1, remove c    -> committed
    put e=                          -> over bytes
    commit remove a                 -> committed
    commit check b if 1             -> committed
    list                            -> d@1 b@1
  )");
}

TEST_P(AllowanceContract, ANewTenantIsOneThatHasNothing) {
  Check(R"(
    allow new=no
    put a=1                 -> over new tenants
    commit remove a         -> committed
    commit check a          -> committed
    in alice/s
    put a=1                 -> over new tenants
    allow keys=5
    put a=1                 -> committed new tenant
    allow new=no
    put b=1                 -> committed
    in alice/t
    put a=1                 -> committed        # Another store of hers.
    commit remove a         -> committed
    in alice/s
    commit remove a, remove b -> committed
    put a=1                 -> over new tenants # She has nothing left.
    allow keys=5
    put a=1                 -> committed new tenant
  )");
}

TEST_P(AllowanceContract, WithoutALimitNothingIsSaidAboutTheTenant) {
  Check(R"(
    put a=1                 -> committed
    allow keys=2
    put b=1                 -> committed    # What came without a limit was counted, too.
    put c=1                 -> over keys
  )");
}

TEST_P(AllowanceContract, TheFirstOfSeveralBrokenQuotasIsNamed) {
  Check(R"(
    allow new=no bytes=0 keys=0 stores=0
    put a=1                 -> over new tenants
    allow bytes=0 keys=0 stores=0
    put a=1                 -> over bytes
    allow keys=0 stores=0
    put a=1                 -> over keys
    allow stores=0
    put a=1                 -> over stores
    allow keys=9
    put a=1                 -> committed new tenant
  )");
}

TEST_P(AllowanceContract, GuardsAreLookedAtFirst) {
  Check(R"(
    allow keys=1
    put a=1@0               -> committed new tenant
    put a=1@7 b=1@0         -> conflict a@1
    put a=1@1 b=1@0         -> over keys
    get a b                 -> a=1@1
  )");
}

INSTANTIATE_TEST_SUITE_P(Every, AllowanceContract, ::testing::ValuesIn(EveryStore()), NameOf);

}  // namespace
}  // namespace vss::testing
