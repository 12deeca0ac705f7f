// A commit that counts a tenant it creates against the address that the tenant comes from.
#ifndef VSS_SERVICE_COMMIT_UNDER_QUOTA_H_
#define VSS_SERVICE_COMMIT_UNDER_QUOTA_H_

#include <string>

#include "base/clock.h"
#include "base/then.h"
#include "core/batch.h"
#include "core/record.h"
#include "service/admission.h"
#include "service/limit_observer.h"
#include "store/store.h"

namespace vss::service {

// As Store::Commit, under the allowance of `batch` and whether `address` may still create a tenant.
// `observer` is told if a quota turns the batch away.  What is given by reference outlives the
// answer.
//
// Threads: any.
void CommitUnderQuota(store::Store& store, Admission& admission, LimitObserver& observer,
                      std::string address, Space space, Batch batch, Deadline deadline,
                      Then<CommitOutcome> then);

}  // namespace vss::service

#endif  // VSS_SERVICE_COMMIT_UNDER_QUOTA_H_
