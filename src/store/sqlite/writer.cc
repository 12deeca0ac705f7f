#include "store/sqlite/writer.h"

#include <algorithm>

namespace vss::store::sqlite {
namespace {

std::int64_t Micros(WallTime time) { return time.time_since_epoch().count(); }

std::int64_t SizeOf(const Key& key, const std::string& value) {
  return static_cast<std::int64_t>(key.size() + value.size());
}

Usage Sum(const Usage& a, const Usage& b) {
  return {a.bytes + b.bytes, a.keys + b.keys, a.stores + b.stores};
}

// Whether it only adds records.
bool IsCreation(const Batch& batch) {
  return std::all_of(batch.changes.begin(), batch.changes.end(), [](const Change& change) {
    return change.action == Change::Action::kWrite && change.guard.kind == Guard::Kind::kAbsent;
  });
}

}  // namespace

Writer::Writer(Database database) : database_(std::move(database)) {
  // This also keeps SQLite from making a checkpoint of its own within a commit.
  const auto keep_pages = [](void* writer, sqlite3*, const char*, int pages) {
    static_cast<Writer*>(writer)->log_pages_ = pages;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(database_.handle(), keep_pages, this);
}

Sql<Done> Writer::KeepLogShort(int pages_max) {
  if (log_pages_ < last_checkpoint_) last_checkpoint_ = 0;  // The log has begun again.
  // If a long read keeps it from beginning again, the next time is as much later.
  if (log_pages_ < last_checkpoint_ + pages_max) return Done{};
  last_checkpoint_ = log_pages_;
  // One pass, and on the thread that commits.  Up to 3.51.2 SQLite can lose what is committed
  // during a pass that follows one which moved everything (its "WAL-reset bug").
  const int code = sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             nullptr, nullptr);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return Done{};
  const Error error = {code, sqlite3_errmsg(database_.handle())};
  if (error.IsFailedFlush()) database_.KeepLogOnClose();
  return Unexpected(error);
}

Sql<CommitOutcome> Writer::Apply(const Space& space, const Batch& batch, WallTime now) {
  VSS_TRY(std::optional<SpaceId> id, FindSpace(space));
  if (id && IsCreation(batch)) {
    VSS_TRY(const auto created, TryToCreate(space.tenant, *id, batch, now));
    if (created) return *created;
  }
  VSS_TRY(Plan plan, MakePlan(id, batch));
  if (!plan.obstacles.empty()) return CommitOutcome::Conflict(std::move(plan.obstacles));

  bool created_tenant = false;
  if (!batch.allowance.IsUnlimited()) {
    VSS_TRY(const Usage before, FindUsage(space.tenant));
    const Usage after = Sum(before, plan.growth);
    if (const auto broken = QuotaBroken(batch.allowance, before, after)) {
      return CommitOutcome::OverQuota(*broken);
    }
    created_tenant = before.keys == 0 && after.keys > 0;
  }

  if (plan.growth.stores > 0) {
    VSS_TRY(id, AddSpace(space));
  }
  for (std::size_t i = 0; i < batch.changes.size(); ++i) {
    VSS_RETURN_IF_FAILED(ApplyChange(id.value_or(0), batch.changes[i], plan.present[i], now));
  }
  if (plan.removes) {
    VSS_TRY(const bool was_last, RemoveSpaceIfEmpty(*id));
    if (was_last) --plan.growth.stores;
  }
  VSS_RETURN_IF_FAILED(Account(space.tenant, plan.growth));
  return CommitOutcome::Committed(created_tenant);
}

Sql<std::optional<CommitOutcome>> Writer::TryToCreate(const std::string& tenant, SpaceId space,
                                                      const Batch& batch, WallTime now) {
  Usage growth;
  for (const Change& change : batch.changes) {
    growth.bytes += SizeOf(change.key, change.value);
    ++growth.keys;
  }
  if (!batch.allowance.IsUnlimited()) {
    VSS_TRY(const Usage before, FindUsage(tenant));
    if (QuotaBroken(batch.allowance, before, Sum(before, growth))) return std::nullopt;
  }
  std::vector<Rank> added;
  for (const Change& change : batch.changes) {
    VSS_RETURN_IF_FAILED(ApplyChange(space, change, std::nullopt, now));
    if (sqlite3_changes(database_.handle()) == 0) {
      for (const Rank rank : added) VSS_RETURN_IF_FAILED(Run(remove_record_, rank));
      return std::nullopt;
    }
    added.push_back(sqlite3_last_insert_rowid(database_.handle()));
  }
  VSS_RETURN_IF_FAILED(Account(tenant, growth));
  return CommitOutcome::Committed();
}

Sql<bool> Writer::Import(const ArchivedRecord& archived) {
  VSS_TRY(const bool is_there, HasExactly(archived));
  if (is_there) return true;

  const auto& [space, record, rank, created, updated] = archived;
  VSS_TRY(std::optional<SpaceId> id, FindSpace(space));
  Usage growth = {SizeOf(record.key, record.value), 1, id ? 0 : 1};
  if (!id) {
    VSS_TRY(id, AddSpace(space));
  }
  const auto added = Run(import_record_, rank, *id, std::string_view(record.key), record.version,
                         Micros(created), Micros(updated), Blob{record.value});
  if (!added && added.error().Primary() == SQLITE_CONSTRAINT) return false;
  VSS_RETURN_IF_FAILED(added);
  VSS_RETURN_IF_FAILED(Account(space.tenant, growth));
  return true;
}

void Writer::RollBack() {
  // After some errors SQLite has done it already.
  if (database_.IsInTransaction()) static_cast<void>(Run(roll_back_));
}

Sql<bool> Writer::HasExactly(const ArchivedRecord& archived) {
  const auto& [space, record, rank, created, updated] = archived;
  return Query(find_exactly_, rank, std::string_view(space.tenant), std::string_view(space.store),
               std::string_view(record.key), record.version, Micros(created), Micros(updated),
               Blob{record.value})
      .Next();
}

Sql<std::optional<Writer::SpaceId>> Writer::FindSpace(const Space& space) {
  Query query(find_space_, std::string_view(space.tenant), std::string_view(space.store));
  VSS_TRY(const bool found, query.Next());
  return found ? std::optional(query.Int(0)) : std::nullopt;
}

Sql<Writer::SpaceId> Writer::AddSpace(const Space& space) {
  Query query(add_space_, std::string_view(space.tenant), std::string_view(space.store));
  VSS_RETURN_IF_FAILED(query.Next());
  return query.Int(0);
}

Sql<std::optional<Writer::Present>> Writer::FindRecord(SpaceId space, const Key& key) {
  Query query(find_record_, space, std::string_view(key));
  VSS_TRY(const bool found, query.Next());
  if (!found) return std::nullopt;
  return Present{query.Int(0), query.Int(1), static_cast<std::int64_t>(key.size()) + query.Int(2)};
}

Sql<Writer::Plan> Writer::MakePlan(std::optional<SpaceId> space, const Batch& batch) {
  Plan plan;
  for (const Change& change : batch.changes) {
    std::optional<Present> present;
    if (space) {
      VSS_TRY(present, FindRecord(*space, change.key));
    }
    std::optional<Version> version;
    if (present) version = present->version;
    if (!change.guard.HoldsFor(version)) plan.obstacles.push_back({change.key, version});
    if (change.action != Change::Action::kCheck && present) {
      plan.growth.bytes -= present->bytes;
      --plan.growth.keys;
      plan.removes |= change.action == Change::Action::kRemove;
    }
    if (change.action == Change::Action::kWrite) {
      plan.growth.bytes += SizeOf(change.key, change.value);
      ++plan.growth.keys;
      if (!space) plan.growth.stores = 1;
    }
    plan.present.push_back(present);
  }
  return plan;
}

Sql<Usage> Writer::FindUsage(const std::string& tenant) {
  Query query(find_usage_, std::string_view(tenant));
  VSS_TRY(const bool found, query.Next());
  return found ? Usage{query.Int(0), query.Int(1), query.Int(2)} : Usage{};
}

Sql<Done> Writer::ApplyChange(SpaceId space, const Change& change,
                              const std::optional<Present>& present, WallTime now) {
  const std::int64_t time = Micros(now);
  switch (change.action) {
    case Change::Action::kCheck:
      return Done{};
    case Change::Action::kRemove:
      return present ? Run(remove_record_, present->rank) : Done{};
    case Change::Action::kWrite:
      if (present) {
        return Run(update_record_, present->rank, change.version, time, Blob{change.value});
      }
      return Run(add_record_, space, std::string_view(change.key), change.version, time,
                 Blob{change.value});
  }
  return Done{};
}

Sql<bool> Writer::RemoveSpaceIfEmpty(SpaceId space) {
  {
    Query query(find_any_record_, space);
    VSS_TRY(const bool found, query.Next());
    if (found) return false;
  }
  VSS_RETURN_IF_FAILED(Run(remove_space_, space));
  return true;
}

Sql<Done> Writer::Account(const std::string& tenant, const Usage& growth) {
  if (growth == Usage{}) return Done{};
  VSS_RETURN_IF_FAILED(
      Run(add_usage_, std::string_view(tenant), growth.bytes, growth.keys, growth.stores));
  if (growth.keys < 0) return Run(remove_usage_, std::string_view(tenant));
  return Done{};
}

}  // namespace vss::store::sqlite
