#include "store/sqlite/commit_lane.h"

#include <utility>

#include "store/sqlite/schema.h"

namespace vss::store::sqlite {
namespace {

// A COMMIT that fails has written nothing that counts, except where the failure came after the last
// page of the transaction had been written to the log: then a crash could bring it back.  A full
// disk, a failed write or a busy file come before that.
bool LeavesDoubt(const Error& error) {
  return error.Primary() != SQLITE_FULL && error.Primary() != SQLITE_BUSY &&
         error.code != SQLITE_IOERR_WRITE;
}

// Whether the failure can be one batch's own, so that the others might do better without it.
bool MayBeOneBatch(const Error& error) {
  return error.Primary() != SQLITE_IOERR && error.Primary() != SQLITE_BUSY && !error.IsCorruption();
}

template <typename Jobs>
void AnswerAll(Jobs&& jobs, const Failure& failure) {
  for (CommitJob& job : jobs) job.then(Unexpected(failure));
}

}  // namespace

CommitLane::CommitLane(SqliteOptions options, Database database, const Clock& clock, Log& log,
                       StoreObserver& observer, Health& health)
    : options_(std::move(options)),
      clock_(clock),
      log_(log),
      observer_(observer),
      health_(health),
      writer_(std::make_unique<Writer>(std::move(database))),
      log_file_(options_.path + "-wal"),
      lane_(options_.commit_lane, [this](Jobs jobs) { Work(std::move(jobs)); }) {}

void CommitLane::Offer(CommitJob job) {
  const std::size_t bytes = job.batch.Bytes();
  auto refused = lane_.Offer(std::move(job), bytes);
  if (refused) refused->then(Overloaded("too many writes are waiting"));
}

void CommitLane::Work(Jobs jobs) {
  const SteadyTime start = clock_.Steady();
  std::vector<CommitJob> timely;
  for (CommitJob& job : jobs) {
    if (job.deadline.HasPassed(start)) {
      job.then(Overloaded("the server is busy"));
    } else {
      timely.push_back(std::move(job));
    }
  }
  if (timely.empty()) return;
  DoAll(timely);
  // After the answers, so that they do not wait for it.
  if (writer_ != nullptr) KeepLogShort(*writer_, options_.checkpoint_pages);
  observer_.OnBatch("commit", timely.size(), lane_.Waiting(), clock_.Steady() - start);
}

void CommitLane::DoAll(std::span<CommitJob> jobs) {
  if (const auto ready = GetReady(); !ready) return AnswerAll(jobs, ready.error());
  auto outcomes = Transact(jobs);
  if (outcomes && !SeeFiles()) {
    AnswerAll(jobs, InDoubt("the write may be in a file that was moved").error());
  } else if (outcomes) {
    for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].then(std::move((*outcomes)[i]));
  } else if (jobs.size() > 1 && !outcomes.error().in_doubt &&
             MayBeOneBatch(outcomes.error().error)) {
    observer_.OnEvent("one-by-one");
    for (std::size_t i = 0; i < jobs.size(); ++i) DoAll(jobs.subspan(i, 1));
  } else {
    AnswerAll(jobs, Settle(outcomes.error()));
  }
}

auto CommitLane::Transact(std::span<const CommitJob> jobs)
    -> Expected<std::vector<CommitOutcome>, Trouble> {
  const auto fail = [this](const Error& error, bool in_doubt) {
    writer_->RollBack();
    return Unexpected(Trouble{error, in_doubt});
  };
  if (const auto begun = writer_->Begin(); !begun) return fail(begun.error(), false);
  const WallTime now = clock_.Wall();
  std::vector<CommitOutcome> outcomes;
  for (const CommitJob& job : jobs) {
    auto outcome = writer_->Apply(job.space, job.batch, now);
    if (!outcome) return fail(outcome.error(), false);
    outcomes.push_back(*std::move(outcome));
  }
  if (const auto done = writer_->Commit(); !done) {
    return fail(done.error(), LeavesDoubt(done.error()));
  }
  return outcomes;
}

// A connection that failed is not used again: what it holds in memory may not be what is on disk.
// The first transaction of a new one overwrites the place in the log where the failed one stood.
Result<Done> CommitLane::GetReady() {
  VSS_RETURN_IF_FAILED(health_.MayWrite());
  if (writer_ != nullptr) return SeeFiles();
  auto database = OpenForWriting(options_);
  if (!database) return Unexpected(database.error().ToFailure());
  auto writer = std::make_unique<Writer>(*std::move(database));
  log_file_ = NamedFile(options_.path + "-wal");
  VSS_RETURN_IF_FAILED(SeeFiles());
  // If it is the log that has filled the disk, moving it into the file makes room.
  if (disk_was_full_) {
    KeepLogShort(*writer, 0);
    VSS_RETURN_IF_FAILED(health_.MayWrite());
  }
  if (const auto touched = writer->Touch(); !touched) {
    return Unexpected(touched.error().ToFailure());
  }
  writer_ = std::move(writer);
  disk_was_full_ = false;
  observer_.OnEvent("reopen");
  return Done{};
}

// What is answered as committed is in the file that the next start will open, and its log: they are
// looked at before every transaction, so that it does not happen in vain, and after.
Result<Done> CommitLane::SeeFiles() {
  health_.SeeFile();
  health_.See(log_file_);
  return health_.MayWrite();
}

void CommitLane::KeepLogShort(Writer& writer, int pages_max) {
  const auto done = writer.KeepLogShort(pages_max);
  if (done) return;
  log_.Error("sqlite_checkpoint_failed",
             {{"code", done.error().code}, {"text", done.error().text}});
  observer_.OnEvent(done.error().IsFailedFlush() ? "disk-failed" : "checkpoint-failed");
  if (done.error().IsFailedFlush()) health_.SetFlushFailed();
  if (done.error().IsCorruption()) health_.SetDamaged();
}

// What to tell those whose transaction failed.
Failure CommitLane::Settle(const Trouble& trouble) {
  Failure failure = trouble.error.ToFailure();
  log_.Error("sqlite_commit_failed", {{"code", trouble.error.code}, {"text", trouble.error.text}});
  if (trouble.error.IsCorruption()) health_.SetDamaged();
  if (trouble.error.Primary() == SQLITE_BUSY) return failure;

  writer_.reset();
  disk_was_full_ = trouble.error.Primary() == SQLITE_FULL;
  if (trouble.in_doubt && !GetReady()) {
    failure.kind = Kind::kInDoubt;
    failure.message = "the write may or may not have been stored";
  }
  return failure;
}

}  // namespace vss::store::sqlite
