#include "service/commit_under_quota.h"

#include <string_view>
#include <utility>

namespace vss::service {
namespace {

std::string_view LimitOf(CommitOutcome::Quota quota) {
  switch (quota) {
    case CommitOutcome::Quota::kBytes:
      return "quota_bytes";
    case CommitOutcome::Quota::kKeys:
      return "quota_keys";
    case CommitOutcome::Quota::kStores:
      return "quota_stores";
    case CommitOutcome::Quota::kNewTenants:
      return "address_new_tenants";
  }
  return "other";
}

}  // namespace

// Whether the tenant has anything yet is known only inside the commit, so a place for a new one is
// taken before and given back after.
void CommitUnderQuota(store::Store& store, Admission& admission, LimitObserver& observer,
                      std::string address, Space space, Batch batch, Deadline deadline,
                      Then<CommitOutcome> then) {
  const bool has_place = admission.ReserveNewTenant(address);
  batch.allowance.new_tenant = has_place;
  batch.allowance.tell_new_tenant = admission.LimitsNewTenants();
  store.Commit(std::move(space), std::move(batch), deadline,
               [&admission, &observer, has_place, address = std::move(address),
                then = std::move(then)](Result<CommitOutcome> outcome) mutable {
                 if (has_place && !(outcome && outcome->created_tenant)) {
                   admission.ReturnNewTenant(address);
                 }
                 if (outcome && outcome->kind == CommitOutcome::Kind::kOverQuota) {
                   observer.OnLimit(LimitOf(outcome->exceeded));
                 }
                 then(std::move(outcome));
               });
}

}  // namespace vss::service
