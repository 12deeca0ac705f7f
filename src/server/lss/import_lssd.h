// Takes over what an original `lssd` has stored.
#ifndef VSS_SERVER_LSS_IMPORT_LSSD_H_
#define VSS_SERVER_LSS_IMPORT_LSSD_H_

#include <cstdint>
#include <functional>
#include <span>

#include "base/clock.h"
#include "base/failure.h"
#include "server/lss/lssd_record.h"
#include "store/store.h"

namespace vss::server {

struct ImportSummary {
  std::uint64_t imported = 0;
  std::uint64_t there_already = 0;  // The same.
  std::uint64_t newer = 0;          // The store had a later version, which stays.
};

// Copies every record, with its version, into the store.  Can be run again after an interruption,
// and while a server uses the store: what is there is never made older.  Fails, having done what
// comes before, at a record that is there with another value or an older version, and at one that
// this server could not serve.
Result<ImportSummary> ImportLssd(LssdSource& source, store::Store& target, const Clock& clock,
                                 const std::function<void(std::uint64_t done)>& progress);

// Some records of one client, in one go; for tests of the rule.
Result<Done> ImportRecords(std::span<const LssdRecord> records, store::Store& target,
                           const Clock& clock, ImportSummary& summary);

}  // namespace vss::server

#endif  // VSS_SERVER_LSS_IMPORT_LSSD_H_
