#include "store/postgres/committer.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "store/postgres/statements.h"
#include "store/postgres/usage.h"

namespace vss::store {
namespace {

// Every failed try means that somebody else's write went through...
constexpr int kAttemptsMax = 30;

// ...but for those in which the connection was lost.  A batch that costs the database its life, say
// because it is too large for its memory, must not do so again and again.
constexpr int kLossesMax = 3;

// Without statistics the planner takes a store for one row, and may read all of it to find one key.
// PostgreSQL gathers some within minutes; a wallet that is being moved in can't wait for that.
constexpr std::int64_t kStatisticsPause = 16;  // So many times more groups each time.
constexpr PgStatement kIsYoung = {
    nullptr, "SELECT reltuples < 10000 FROM pg_class WHERE oid = to_regclass('vss_db')"};
constexpr PgStatement kAnalyze = {nullptr, "ANALYZE vss_db, vss_usage"};

// Not a code of the database's.
constexpr const char* kNoUsageRow = "no usage row";

// After a guess was wrong the next ones are likely to be: a client that always names a stale
// version must not make everybody's writes be done twice.
constexpr int kLockedTurns = 8;

// In all lanes; some 150 bytes each.
constexpr std::size_t kRememberedRowsMax = 200'000;

constexpr std::string_view kTimedOut = "57014";
constexpr std::string_view kUnknown = "40003";  // Whether it happened.

constexpr std::chrono::milliseconds kSettlePause{50};

Committer::Outcomes Same(std::size_t count, const Failure& failure) {
  return Committer::Outcomes(count, Result<CommitOutcome>(Unexpected(failure)));
}

Committer::Outcomes OutcomesOf(CommitPlan plan) {
  Committer::Outcomes outcomes;
  for (CommitOutcome& outcome : plan.outcomes) outcomes.emplace_back(std::move(outcome));
  return outcomes;
}

// The answers when nobody knows whether the plan was carried out.
Committer::Outcomes InDoubtOutcomesOf(const CommitPlan& plan) {
  Committer::Outcomes outcomes;
  for (const CommitOutcome& outcome : plan.outcomes) {
    outcomes.push_back(outcome.IsCommitted()
                           ? InDoubt("the connection to the database was lost while writing")
                           : Unavailable("the database is away"));
  }
  return outcomes;
}

Known KnownFrom(const std::vector<RowName>& rows, const PgResult& locked) {
  Known known;
  for (int i = 0; i < locked.Rows(); ++i) {
    const RowName& row = rows[static_cast<std::size_t>(locked.Int(i, 0) - 1)];
    known.rows[row] = {locked.Int(i, 1), locked.Int(i, 2)};
  }
  return known;
}

}  // namespace

Committer::Committer(const PgContext& context)
    : context_(context),
      session_(context, CommitStatements()),
      memory_(kRememberedRowsMax / context.options.commit_lanes) {}

Committer::~Committer() {
  if (!session_.IsOpen()) return;
  if (const auto connection = session_.Get()) marker_.Clear(**connection);
}

Committer::Outcomes Committer::Commit(const std::vector<PlannedBatch>& batches) {
  int losses = 0;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const SteadyTime now = context_.clock.Steady();
    if (std::any_of(batches.begin(), batches.end(),
                    [now](const PlannedBatch& batch) { return batch.deadline.HasPassed(now); })) {
      return CommitTimely(batches, now);
    }
    const auto connection = Connection();
    if (!connection) return Same(batches.size(), connection.error());
    Attempt tried = Try(**connection, batches);
    if (!tried.error) {
      memory_.Apply(tried.plan);
      return OutcomesOf(std::move(tried.plan));
    }
    memory_.Forget(batches);
    // Somebody may hold the marker's row: a transaction of ours that lost its client.
    if (tried.error->lost || tried.error->code == kTimedOut) marker_is_current_ = false;
    if (tried.error->lost) session_.Drop();
    if (tried.is_in_doubt) {
      marker_is_current_ = false;  // Settling fences it.
      const std::optional<bool> happened = Settle();
      is_unsettled_ = !happened;
      if (!happened) return InDoubtOutcomesOf(tried.plan);
      if (*happened) return OutcomesOf(std::move(tried.plan));
    }
    if (tried.error->lost) {
      ++losses;
      if (losses == kLossesMax) return Same(batches.size(), UnavailableFrom(*tried.error).error());
      if (losses == kLossesMax - 1 && batches.size() > 1) return CommitEach(batches);
    } else if (tried.error->code == kUnknown || tried.error->code == kNoUsageRow) {
      continue;
    } else if (tried.error->IsContention() || tried.error->code == kTooFewRows) {
      NoteContention(*tried.error);
    } else if (batches.size() > 1) {
      return CommitEach(batches);  // Whichever batch it is that can't be stored, the others can.
    } else {
      return Same(1, FailureFrom(*tried.error).error());
    }
  }
  return Same(batches.size(), Overloaded("too many write to the same keys").error());
}

Result<PgConnection*> Committer::Connection() {
  for (int attempt = 0;; ++attempt) {
    VSS_TRY(PgConnection* const connection, session_.Get());
    if (marker_is_current_) return connection;
    const auto renewed = RenewMarker(*connection);
    marker_is_current_ = renewed.has_value();
    if (renewed) return connection;
    if (renewed.error().lost) session_.Drop();
    if (!renewed.error().lost || attempt > 0) return FailureFrom(renewed.error());
  }
}

// What was answered as in doubt must not come about after what is answered from now on.
PgAnswer<Done> Committer::RenewMarker(PgConnection& connection) {
  if (is_unsettled_) {
    if (const auto settled = marker_.WasCommitted(connection); !settled) {
      return Unexpected(settled.error());
    }
    is_unsettled_ = false;
  }
  return marker_.Renew(connection);
}

Committer::Attempt Committer::Try(PgConnection& connection,
                                  const std::vector<PlannedBatch>& batches) {
  if (locked_turns_ > 0) {
    --locked_turns_;
  } else if (auto plan = PlanBlind(batches)) {
    return TryBlindly(connection, batches, *std::move(plan));
  }
  return TryLocked(connection, batches);
}

std::optional<CommitPlan> Committer::PlanBlind(const std::vector<PlannedBatch>& batches) const {
  if (!context_.options.track_usage) return PlanBlindly(batches);
  const std::optional<Known> remembered = memory_.Recall(batches);
  return remembered ? PlanBlindly(batches, &*remembered) : std::nullopt;
}

Committer::Attempt Committer::TryBlindly(PgConnection& connection,
                                         const std::vector<PlannedBatch>& batches,
                                         CommitPlan plan) {
  if (plan.effects.IsEmpty()) return {std::move(plan)};
  const WallTime now = context_.clock.Wall();
  UsageChanges changes;
  if (context_.options.track_usage) changes = memory_.ChangesOf(batches);
  std::vector<PgCall> calls;
  calls.push_back(marker_.Mark());
  AppendWriteUsage(plan.usage, changes, calls);
  AppendEffects(plan.effects, now, calls);
  AppendCheckUsage(plan.usage, changes, calls);
  auto done = connection.Transact(calls);
  Attempt tried = Finish(std::move(plan), std::move(done));
  if (tried.error && tried.error->code == kTooFewRows) locked_turns_ = kLockedTurns;
  return tried;
}

Committer::Attempt Committer::TryLocked(PgConnection& connection,
                                        const std::vector<PlannedBatch>& batches) {
  const WallTime now = context_.clock.Wall();
  const std::vector<RowName> rows = RowsOf(batches);
  std::optional<UsageCount> usage;
  if (context_.options.track_usage) usage.emplace(batches);

  std::vector<PgCall> calls;
  calls.push_back(marker_.Mark());
  if (usage && opens_usage_) usage->AppendOpen(calls);
  const std::size_t before_usage = calls.size();
  if (usage) usage->AppendLock(calls);
  calls.push_back(LockRows(rows));
  auto read = connection.Begin(calls);
  if (!read) {
    // Nothing but the marker's row was asked to change.
    if (read.error().code == kTooFewRows) marker_is_current_ = false;
    return GiveUp(connection, std::move(read).error());
  }
  Known known = KnownFrom(rows, read->back());
  if (usage) {
    const auto learnt =
        usage->Learn(connection, (*read)[before_usage], (*read)[before_usage + 1], known);
    if (!learnt) return GiveUp(connection, learnt.error());
    opens_usage_ = !*learnt;
    if (!*learnt) return GiveUp(connection, {kNoUsageRow, "a tenant has no usage row"});
  }

  CommitPlan plan = PlanFrom(known, batches);
  calls.clear();
  if (usage) {
    usage->AddCounted(plan.usage);
    memory_.Learn(known, usage->Changes(), rows);
    AppendWriteUsage(plan.usage, usage->Changes(), calls);
  }
  AppendEffects(plan.effects, now, calls);
  if (calls.empty()) {
    connection.RollBack();
    return {std::move(plan)};
  }
  auto done = connection.Commit(calls);
  return Finish(std::move(plan), std::move(done));
}

Committer::Attempt Committer::Finish(CommitPlan plan, PgAnswer<PgConnection::Results> done) {
  if (done) {
    marker_.Advance();
    return {std::move(plan)};
  }
  const bool is_in_doubt =
      done.error().lost || done.error().at_commit || done.error().code == kUnknown;
  return {std::move(plan), std::move(done).error(), is_in_doubt};
}

void Committer::GatherStatistics() {
  if (++groups_ != statistics_due_) return;
  statistics_due_ *= kStatisticsPause;
  const auto connection = session_.Get();
  if (!connection) return;
  auto done = (*connection)->RunOne(kIsYoung);
  if (done && done->Rows() == 1 && done->Bool(0, 0)) done = (*connection)->RunOne(kAnalyze);
  if (!done && done.error().lost) session_.Drop();
}

Committer::Attempt Committer::GiveUp(PgConnection& connection, PgError error) {
  connection.RollBack();
  return {{}, std::move(error)};
}

void Committer::NoteContention(const PgError& error) {
  context_.observer.OnEvent(error.code == "40P01"   ? "deadlock"
                            : error.code == "40001" ? "serialization"
                                                    : "race");
}

std::optional<bool> Committer::Settle() {
  context_.observer.OnEvent("in-doubt");
  const Deadline deadline{context_.clock.Steady() + context_.options.settle_timeout};
  while (!deadline.HasPassed(context_.clock.Steady())) {
    const auto connection = session_.Await(deadline);
    if (!connection) break;
    const auto committed = marker_.WasCommitted(**connection);
    if (committed) return *committed;
    if (committed.error().lost) {
      session_.Drop();
    } else {
      std::this_thread::sleep_for(kSettlePause);
    }
  }
  context_.log.Error("a commit is in doubt: the database did not come back in time");
  return std::nullopt;
}

// Those whose callers have gone are not begun, or not begun again.
Committer::Outcomes Committer::CommitTimely(const std::vector<PlannedBatch>& batches,
                                            SteadyTime now) {
  std::vector<PlannedBatch> timely;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (batches[i].deadline.HasPassed(now)) continue;
    timely.push_back(batches[i]);
    places.push_back(i);
  }
  Outcomes outcomes = Same(batches.size(), Overloaded("the server is busy").error());
  if (timely.empty()) return outcomes;
  Outcomes done = Commit(timely);
  for (std::size_t i = 0; i < places.size(); ++i) outcomes[places[i]] = std::move(done[i]);
  return outcomes;
}

Committer::Outcomes Committer::CommitEach(const std::vector<PlannedBatch>& batches) {
  Outcomes outcomes;
  for (const PlannedBatch& batch : batches) outcomes.push_back(std::move(Commit({batch}).front()));
  return outcomes;
}

}  // namespace vss::store
