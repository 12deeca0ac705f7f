#include "store/sqlite/read_lane.h"

#include <chrono>
#include <utility>

#include "store/sqlite/schema.h"

namespace vss::store::sqlite {
namespace {

// While a snapshot is held the log cannot begin again.
constexpr std::chrono::milliseconds kSnapshotAgeMax{100};

}  // namespace

ReadLane::ReadLane(SqliteOptions options, Database database, const Clock& clock, Log& log,
                   StoreObserver& observer, Health& health)
    : options_(std::move(options)),
      clock_(clock),
      log_(log),
      observer_(observer),
      health_(health),
      reader_(std::make_unique<Reader>(std::move(database))),
      lane_(options_.read_lane, [this](std::vector<ReadJob> jobs) { Work(std::move(jobs)); }) {}

void ReadLane::Offer(ReadJob job) {
  auto refused = lane_.Offer(std::move(job), 0);
  if (!refused) return;
  std::visit([](auto& full) { full.then(Overloaded("too many reads are waiting")); }, *refused);
}

void ReadLane::Work(std::vector<ReadJob> jobs) {
  const SteadyTime start = clock_.Steady();
  SteadyTime begun = start;
  Result<Done> ready = GetReady();
  const auto begin_again = [&] {
    EndSnapshot();
    ready = GetReady();
    begun = clock_.Steady();
  };
  for (ReadJob& any : jobs) {
    const SteadyTime now = clock_.Steady();
    if (ready && now - begun > kSnapshotAgeMax) begin_again();
    std::visit(
        [&](auto& job) {
          if (job.deadline.HasPassed(now)) return job.then(Overloaded("the server is busy"));
          if (!ready) return job.then(Unexpected(ready.error()));
          auto answer = reader_->Read(job.space, job.query);
          if (answer) return job.then(*std::move(answer));
          job.then(Unexpected(Explain(answer.error())));
          begin_again();  // SQLite may have ended the snapshot already.
        },
        any);
  }
  EndSnapshot();
  observer_.OnBatch("read", jobs.size(), lane_.Waiting(), clock_.Steady() - start);
}

void ReadLane::EndSnapshot() {
  if (reader_ != nullptr && !reader_->End()) reader_.reset();
}

Result<Done> ReadLane::GetReady() {
  VSS_RETURN_IF_FAILED(health_.MayRead());
  if (reader_ == nullptr) {
    auto database = OpenForReading(options_);
    if (!database) return Unexpected(Explain(database.error()));
    reader_ = std::make_unique<Reader>(*std::move(database));
    observer_.OnEvent("reopen");
    health_.SeeFile();
    VSS_RETURN_IF_FAILED(health_.MayRead());
  }
  if (const auto begun = reader_->Begin(); !begun) return Unexpected(Explain(begun.error()));
  return Done{};
}

Failure ReadLane::Explain(const Error& error) {
  log_.Error("sqlite_read_failed", {{"code", error.code}, {"text", error.text}});
  if (error.IsCorruption()) health_.SetDamaged();
  return error.ToFailure();
}

}  // namespace vss::store::sqlite
