// Commits groups of batches over one connection.
//
// A group is one transaction.  First it is tried without looking: every statement checks the guards
// of the rows that it changes, and what is remembered of their tenants' usage, and the whole costs
// one round trip.  If something does not hold, or can't be checked that way, the rows are locked
// and read first, the outcome of every batch is worked out from them, and then what is left to do
// is done.
//
// Threads:     one.
// Failures:    those of Store::Commit.  A lost race, a deadlock and a serialization failure are
//              tried again here.  A transaction whose answer was lost, or says that the commit
//              failed, is settled before anything is said, and before anything else begins.
// Deadlines:   a batch is not begun, nor tried again, once its own has passed.
// Durability:  what is answered as committed is durable.
#ifndef VSS_STORE_POSTGRES_COMMITTER_H_
#define VSS_STORE_POSTGRES_COMMITTER_H_

#include <optional>
#include <vector>

#include "store/postgres/commit_marker.h"
#include "store/postgres/commit_plan.h"
#include "store/postgres/pg_session.h"
#include "store/postgres/usage_memory.h"

namespace vss::store {

class Committer final {
 public:
  using Outcomes = std::vector<Result<CommitOutcome>>;

  explicit Committer(const PgContext& context);
  ~Committer();  // Tidies up after itself if it can.

  // An answer for each batch.  They apply in this order.
  Outcomes Commit(const std::vector<PlannedBatch>& batches);

  // Between groups: sees to it that the database plans well while it is young.
  void GatherStatistics();

  // Any thread: the database is away, there is no point in asking now.
  bool IsAway() const { return session_.IsAway(); }

 private:
  // One try at a group: what it comes to, and why that did not happen, or may not have.
  struct Attempt {
    CommitPlan plan = {};
    std::optional<PgError> error = std::nullopt;
    bool is_in_doubt = false;
  };

  Result<PgConnection*> Connection();
  PgAnswer<Done> RenewMarker(PgConnection& connection);
  Attempt Try(PgConnection& connection, const std::vector<PlannedBatch>& batches);
  std::optional<CommitPlan> PlanBlind(const std::vector<PlannedBatch>& batches) const;
  Attempt TryBlindly(PgConnection& connection, const std::vector<PlannedBatch>& batches,
                     CommitPlan plan);
  Attempt TryLocked(PgConnection& connection, const std::vector<PlannedBatch>& batches);
  Attempt Finish(CommitPlan plan, PgAnswer<PgConnection::Results> done);
  Attempt GiveUp(PgConnection& connection, PgError error);
  void NoteContention(const PgError& error);

  // Whether the transaction whose fate is in doubt happened.
  // nullopt: that can't be found out.
  std::optional<bool> Settle();

  Outcomes CommitTimely(const std::vector<PlannedBatch>& batches, SteadyTime now);
  Outcomes CommitEach(const std::vector<PlannedBatch>& batches);

  const PgContext& context_;
  PgSession session_;
  CommitMarker marker_;
  UsageMemory memory_;
  bool marker_is_current_ = false;   // False: there is none yet, or it was fenced.
  bool is_unsettled_ = false;        // A transaction that was given up may still come about.
  int locked_turns_ = 0;             // How many more groups are not tried blindly.
  bool opens_usage_ = false;         // Some tenant of this group may have no row yet.
  std::int64_t groups_ = 0;          // Committed since the start,
  std::int64_t statistics_due_ = 8;  // and when it is time to look at the statistics.
};

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_COMMITTER_H_
