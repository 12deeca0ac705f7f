// The one lane that writes: everything that waits goes into one transaction, with an outcome for
// each batch.
//
// Threads: Offer and Waiting from any thread.
#ifndef VSS_STORE_SQLITE_COMMIT_LANE_H_
#define VSS_STORE_SQLITE_COMMIT_LANE_H_

#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/lane.h"
#include "base/log.h"
#include "base/then.h"
#include "core/batch.h"
#include "store/observer.h"
#include "store/sqlite/database.h"
#include "store/sqlite/file.h"
#include "store/sqlite/health.h"
#include "store/sqlite/options.h"
#include "store/sqlite/writer.h"

namespace vss::store::sqlite {

struct CommitJob {
  Space space;
  Batch batch;
  Deadline deadline;
  Then<CommitOutcome> then;
};

class CommitLane final {
 public:
  CommitLane(SqliteOptions options, Database database, const Clock& clock, Log& log,
             StoreObserver& observer, Health& health);

  void Offer(CommitJob job);
  void Finish() { lane_.Finish(); }
  std::size_t Waiting() const { return lane_.Waiting(); }

 private:
  // Why a transaction did not come about.
  struct Trouble {
    Error error;
    bool in_doubt = false;  // It may come about after all, after a crash.
  };
  using Jobs = std::vector<CommitJob>;

  void Work(Jobs jobs);
  void DoAll(std::span<CommitJob> jobs);
  Expected<std::vector<CommitOutcome>, Trouble> Transact(std::span<const CommitJob> jobs);
  Result<Done> GetReady();
  Result<Done> SeeFiles();
  void KeepLogShort(Writer& writer, int pages_max);
  Failure Settle(const Trouble& trouble);

  const SqliteOptions options_;
  const Clock& clock_;
  Log& log_;
  StoreObserver& observer_;
  Health& health_;
  std::unique_ptr<Writer> writer_;  // None: the connection is not trusted any more.
  NamedFile log_file_;              // Of `writer_`: it is there as long as a connection is.
  bool disk_was_full_ = false;      // Why there is no `writer_`.
  Lane<CommitJob> lane_;            // Last: its thread uses all of the above.
};

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_COMMIT_LANE_H_
