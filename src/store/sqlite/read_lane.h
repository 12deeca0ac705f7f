// A lane that reads: everything that waits is answered from one snapshot, taken after all of it was
// asked for.
//
// Threads: Offer from any thread.
#ifndef VSS_STORE_SQLITE_READ_LANE_H_
#define VSS_STORE_SQLITE_READ_LANE_H_

#include <memory>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/lane.h"
#include "base/log.h"
#include "base/then.h"
#include "core/listing.h"
#include "core/record.h"
#include "store/observer.h"
#include "store/sqlite/database.h"
#include "store/sqlite/health.h"
#include "store/sqlite/options.h"
#include "store/sqlite/reader.h"

namespace vss::store::sqlite {

template <typename Query, typename Answer>
struct ReadJobOf {
  Space space;
  Query query;
  Deadline deadline;
  Then<Answer> then;
};
using GetJob = ReadJobOf<std::vector<Key>, std::vector<Record>>;
using ListJob = ReadJobOf<ListQuery, Page>;
using ScanJob = ReadJobOf<ScanQuery, ScanResult>;
using ReadJob = std::variant<GetJob, ListJob, ScanJob>;

class ReadLane final {
 public:
  ReadLane(SqliteOptions options, Database database, const Clock& clock, Log& log,
           StoreObserver& observer, Health& health);

  void Offer(ReadJob job);
  void Finish() { lane_.Finish(); }

 private:
  void Work(std::vector<ReadJob> jobs);
  Result<Done> GetReady();
  void EndSnapshot();
  Failure Explain(const Error& error);

  const SqliteOptions options_;
  const Clock& clock_;
  Log& log_;
  StoreObserver& observer_;
  Health& health_;
  std::unique_ptr<Reader> reader_;  // None: to be opened anew after a failure.
  Lane<ReadJob> lane_;              // Last: its thread uses all of the above.
};

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_READ_LANE_H_
