#include "store/sqlite/sqlite_store.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "store/sqlite/commit_lane.h"
#include "store/sqlite/file.h"
#include "store/sqlite/health.h"
#include "store/sqlite/read_lane.h"
#include "store/sqlite/schema.h"

namespace vss::store {
namespace {

using sqlite::CommitLane;
using sqlite::Database;
using sqlite::FileLock;
using sqlite::Health;
using sqlite::OpenedFile;
using sqlite::ReadJob;
using sqlite::ReadLane;

class SqliteStore final : public Store {
 public:
  SqliteStore(const SqliteOptions& options, OpenedFile file, Database writer,
              std::vector<Database> readers, const Clock& clock, Log& log, StoreObserver& observer)
      : clock_(clock),
        lock_(std::move(file.lock)),
        health_(std::move(file.file), log),
        commit_lane_(options, std::move(writer), clock, log, observer, health_) {
    for (Database& reader : readers) {
      read_lanes_.push_back(
          std::make_unique<ReadLane>(options, std::move(reader), clock, log, observer, health_));
    }
  }

  // Everything is answered while every lane is still there to be asked.
  ~SqliteStore() override {
    commit_lane_.Finish();
    for (const auto& lane : read_lanes_) lane->Finish();
  }

  void Commit(Space space, Batch batch, Deadline deadline, Then<CommitOutcome> then) override {
    if (IsTooLate(deadline)) return then(TooLate());
    commit_lane_.Offer({std::move(space), std::move(batch), deadline, std::move(then)});
  }

  void Get(Space space, std::vector<Key> keys, Deadline deadline,
           Then<std::vector<Record>> then) override {
    if (IsTooLate(deadline)) return then(TooLate());
    LaneOf(space).Offer(
        sqlite::GetJob{std::move(space), std::move(keys), deadline, std::move(then)});
  }

  void List(Space space, ListQuery query, Deadline deadline, Then<Page> then) override {
    if (IsTooLate(deadline)) return then(TooLate());
    read_lanes_.back()->Offer(
        sqlite::ListJob{std::move(space), std::move(query), deadline, std::move(then)});
  }

  void Scan(Space space, ScanQuery query, Deadline deadline, Then<ScanResult> then) override {
    if (IsTooLate(deadline)) return then(TooLate());
    LaneOf(space).Offer(
        sqlite::ScanJob{std::move(space), std::move(query), deadline, std::move(then)});
  }

 private:
  // For all but lists, which may be long: the last lane is left to them, if there is more than one.
  ReadLane& LaneOf(const Space& space) {
    const std::size_t hash = std::hash<std::string>()(space.tenant + '\0' + space.store);
    return *read_lanes_[hash % std::max<std::size_t>(read_lanes_.size() - 1, 1)];
  }
  bool IsTooLate(Deadline deadline) const { return deadline.HasPassed(clock_.Steady()); }
  static Unexpected<Failure> TooLate() { return Overloaded("the server is busy"); }

  const Clock& clock_;
  FileLock lock_;  // Given back after the connections below are closed.
  Health health_;
  CommitLane commit_lane_;  // Closed last, and with it the log.
  std::vector<std::unique_ptr<ReadLane>> read_lanes_;
};

}  // namespace

Result<Done> CheckSqliteFiles(const SqliteOptions& options) {
  return sqlite::CheckFiles(sqlite::Canonical(options.path));
}

Result<std::unique_ptr<Store>> MakeSqliteStore(SqliteOptions options, const Clock& clock, Log& log,
                                               StoreObserver& observer) {
  VSS_TRY(sqlite::OpenedFile file, sqlite::OpenFile(options));
  if (file.after_crash) log.Warn("sqlite_was_not_closed", {{"path", options.path}});
  // Where a store was expected, an empty new one is the first sign of a wrong path.
  if (file.is_new) log.Warn("store made, it is empty", {{"path", options.path}});
  log.Info("store opened", {{"path", options.path}, {"schema", sqlite::kSchemaVersion}});

  auto writer = sqlite::OpenForWriting(options);
  if (!writer) return sqlite::CannotOpen(options.path, writer.error());
  std::vector<Database> readers;
  for (std::size_t i = 0; i < std::max<std::size_t>(options.read_lanes, 1); ++i) {
    auto reader = sqlite::OpenForReading(options);
    if (!reader) return sqlite::CannotOpen(options.path, reader.error());
    readers.push_back(*std::move(reader));
  }
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(
      options, std::move(file), *std::move(writer), std::move(readers), clock, log, observer));
}

}  // namespace vss::store
