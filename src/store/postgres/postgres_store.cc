#include "store/postgres/postgres_store.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/lane.h"
#include "store/postgres/committer.h"
#include "store/postgres/pg_session.h"
#include "store/postgres/reader.h"
#include "store/postgres/schema.h"

namespace vss::store {
namespace {

constexpr const char* kBusy = "the server is busy";
constexpr const char* kAway = "the database is away";

// Measures one go of a lane.
class Stopwatch {
 public:
  Stopwatch(const PgContext& context, std::string_view lane, std::size_t jobs)
      : context_(context), lane_(lane), jobs_(jobs), started_(context.clock.Steady()) {}
  void Stop(std::size_t waiting) const {
    context_.observer.OnBatch(lane_, jobs_, waiting, context_.clock.Steady() - started_);
  }

 private:
  const PgContext& context_;
  const std::string_view lane_;
  const std::size_t jobs_;
  const SteadyTime started_;
};

struct CommitJob {
  Space space;
  Batch batch;
  Deadline deadline;
  Then<CommitOutcome> then;
};

class CommitLane final {
 public:
  explicit CommitLane(const PgContext& context)
      : context_(context),
        committer_(context),
        lane_(context.options.lane_limits,
              [this](std::vector<CommitJob> jobs) { Work(std::move(jobs)); }) {}

  void Offer(CommitJob job) {
    if (committer_.IsAway()) return job.then(Unavailable(kAway));
    const std::size_t bytes = job.batch.Bytes();
    if (auto refused = lane_.Offer(std::move(job), bytes)) refused->then(Overloaded(kBusy));
  }
  void Finish() { lane_.Finish(); }

 private:
  void Work(std::vector<CommitJob> jobs) {
    const Stopwatch stopwatch(context_, "commit", jobs.size());
    std::vector<PlannedBatch> batches;
    batches.reserve(jobs.size());
    for (const CommitJob& job : jobs) batches.push_back({&job.space, &job.batch, job.deadline});
    auto outcomes = committer_.Commit(batches);
    for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].then(std::move(outcomes[i]));
    stopwatch.Stop(lane_.Waiting());
    committer_.GatherStatistics();
  }

  const PgContext& context_;
  Committer committer_;
  Lane<CommitJob> lane_;
};

struct ReadJob {
  ReadTask task;
  Deadline deadline;

  void Fail(const Unexpected<Failure>& failure) {
    std::visit([&failure](auto& job) { job.then(failure); }, task);
  }
};

class ReadLane final {
 public:
  explicit ReadLane(const PgContext& context)
      : context_(context),
        reader_(context),
        lane_(context.options.lane_limits,
              [this](std::vector<ReadJob> jobs) { Work(std::move(jobs)); }) {}

  void Offer(ReadJob job) {
    if (reader_.IsAway()) return job.Fail(Unavailable(kAway));
    if (auto refused = lane_.Offer(std::move(job), 0)) refused->Fail(Overloaded(kBusy));
  }
  // The most, if what comes now would not be done.
  std::size_t Load() const {
    return reader_.IsAway() ? std::numeric_limits<std::size_t>::max() : lane_.Load();
  }
  void Finish() { lane_.Finish(); }

 private:
  void Work(std::vector<ReadJob> jobs) {
    const Stopwatch stopwatch(context_, "read", jobs.size());
    std::vector<ReadTask> tasks;
    for (ReadJob& job : jobs) {
      if (job.deadline.HasPassed(context_.clock.Steady())) {
        job.Fail(Overloaded(kBusy));
      } else {
        tasks.push_back(std::move(job.task));
      }
    }
    if (!tasks.empty()) reader_.Read(std::move(tasks));
    stopwatch.Stop(lane_.Waiting());
  }

  const PgContext& context_;
  Reader reader_;
  Lane<ReadJob> lane_;
};

class PostgresStore final : public Store {
 public:
  PostgresStore(PostgresOptions options, const Clock& clock, Log& log, StoreObserver& observer)
      : options_(std::move(options)), context_{options_, clock, log, observer} {
    for (std::size_t i = 0; i < options_.commit_lanes; ++i) {
      commit_lanes_.push_back(std::make_unique<CommitLane>(context_));
    }
    for (std::size_t i = 0; i < options_.read_lanes; ++i) {
      read_lanes_.push_back(std::make_unique<ReadLane>(context_));
    }
  }

  // Everything is answered while every lane is still there to be asked.
  ~PostgresStore() override {
    for (const auto& lane : commit_lanes_) lane->Finish();
    for (const auto& lane : read_lanes_) lane->Finish();
  }

  void Commit(Space space, Batch batch, Deadline deadline, Then<CommitOutcome> then) override {
    CommitLane& lane = *commit_lanes_[LaneOf(space)];
    lane.Offer({std::move(space), std::move(batch), deadline, std::move(then)});
  }

  void Get(Space space, std::vector<Key> keys, Deadline deadline,
           Then<std::vector<Record>> then) override {
    Offer(0, lanes_of_gets_,
          {GetJob{std::move(space), std::move(keys), std::move(then)}, deadline});
  }

  void List(Space space, ListQuery query, Deadline deadline, Then<Page> then) override {
    OfferLong({ListJob{std::move(space), std::move(query), std::move(then)}, deadline});
  }

  void Scan(Space space, ScanQuery query, Deadline deadline, Then<ScanResult> then) override {
    OfferLong({ScanJob{std::move(space), std::move(query), std::move(then)}, deadline});
  }

 private:
  // A space has one lane; where usage is counted a tenant has, so that no other moves its count.
  std::size_t LaneOf(const Space& space) const {
    const std::hash<std::string_view> hash;
    const std::size_t of_store = options_.track_usage ? 0 : hash(space.store);
    return (hash(space.tenant) * 31 + of_store) % commit_lanes_.size();
  }

  void OfferLong(ReadJob job) {
    const std::size_t first = read_lanes_.size() == 1 ? 0 : lanes_of_gets_;
    Offer(first, read_lanes_.size() - first, std::move(job));
  }

  // To the one of `count` lanes with the least to do; in turn, if they have as much.
  void Offer(std::size_t first, std::size_t count, ReadJob job) {
    std::size_t best = first + next_reader_.fetch_add(1, std::memory_order_relaxed) % count;
    for (std::size_t lane = first; lane < first + count; ++lane) {
      if (read_lanes_[lane]->Load() < read_lanes_[best]->Load()) best = lane;
    }
    read_lanes_[best]->Offer(std::move(job));
  }

  const PostgresOptions options_;
  const PgContext context_;
  std::vector<std::unique_ptr<CommitLane>> commit_lanes_;
  // The first half is for gets, which are cheaper the more of them go together, and which should
  // not wait for long lists.
  std::vector<std::unique_ptr<ReadLane>> read_lanes_;
  const std::size_t lanes_of_gets_ = std::max<std::size_t>(options_.read_lanes / 2, 1);
  std::atomic<std::size_t> next_reader_{0};
};

}  // namespace

Result<std::unique_ptr<Store>> MakePostgresStore(PostgresOptions options, const Clock& clock,
                                                 Log& log, StoreObserver& observer) {
  if (options.commit_lanes == 0 || options.read_lanes == 0) {
    return Invalid("the database needs at least one commit lane and one read lane");
  }
  VSS_RETURN_IF_FAILED(PrepareDatabase(options, clock, log));
  std::unique_ptr<Store> store =
      std::make_unique<PostgresStore>(std::move(options), clock, log, observer);
  return store;
}

}  // namespace vss::store
