#include "store/sqlite/read_lane.h"

#include <optional>
#include <utility>

#include "store/sqlite/schema.h"

namespace vss::store::sqlite {

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
  std::optional<Failure> unready;
  if (const auto ready = GetReady(); !ready) unready = ready.error();
  for (ReadJob& any : jobs) {
    std::visit(
        [&](auto& job) {
          if (job.deadline.HasPassed(start)) return job.then(Overloaded("the server is busy"));
          if (unready) return job.then(Unexpected(*unready));
          auto answer = reader_->Read(job.space, job.query);
          if (!answer) return job.then(Unexpected(Explain(answer.error())));
          job.then(*std::move(answer));
        },
        any);
  }
  if (unready || !reader_->End()) reader_.reset();
  observer_.OnBatch("read", jobs.size(), lane_.Waiting(), clock_.Steady() - start);
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
