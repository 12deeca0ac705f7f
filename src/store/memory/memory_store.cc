#include "store/memory/memory_store.h"

#include <utility>

namespace vss::store {
namespace {

constexpr const char* kTooLate = "the server is busy";

std::int64_t SizeOf(const Key& key, const std::string& value) {
  return static_cast<std::int64_t>(key.size() + value.size());
}

}  // namespace

void MemoryStore::Commit(Space space, Batch batch, Deadline deadline, Then<CommitOutcome> then) {
  if (deadline.HasPassed(clock_.Steady())) return then(Overloaded(kTooLate));
  then(rows_.With([&](Rows& rows) { return Apply(rows, space, batch); }));
}

void MemoryStore::Get(Space space, std::vector<Key> keys, Deadline deadline,
                      Then<std::vector<Record>> then) {
  if (deadline.HasPassed(clock_.Steady())) return then(Overloaded(kTooLate));
  then(rows_.With([&](Rows& rows) {
    std::vector<Record> found;
    const auto rows_of_space = rows.spaces.find(space);
    if (rows_of_space == rows.spaces.end()) return found;
    for (Key& key : keys) {
      const auto row = rows_of_space->second.by_key.find(key);
      if (row == rows_of_space->second.by_key.end()) continue;
      found.push_back({std::move(key), row->second.version, row->second.value});
    }
    return found;
  }));
}

void MemoryStore::List(Space space, ListQuery query, Deadline deadline, Then<Page> then) {
  if (deadline.HasPassed(clock_.Steady())) return then(Overloaded(kTooLate));
  then(rows_.With([&](Rows& rows) { return ListIn(rows, space, query); }));
}

void MemoryStore::Scan(Space space, ScanQuery query, Deadline deadline, Then<ScanResult> then) {
  if (deadline.HasPassed(clock_.Steady())) return then(Overloaded(kTooLate));
  then(rows_.With([&](Rows& rows) { return ScanIn(rows, space, query); }));
}

CommitOutcome MemoryStore::Apply(Rows& rows, const Space& space, Batch& batch) {
  SpaceRows& target = rows.spaces[space];
  const auto none = target.by_key.end();

  RowsOfBatch found;
  std::vector<Obstacle> obstacles;
  for (const Change& change : batch.changes) {
    const auto row = found.emplace_back(target.by_key.find(change.key));
    std::optional<Version> present;
    if (row != none) present = row->second.version;
    if (!change.guard.HoldsFor(present)) obstacles.push_back({change.key, present});
  }
  if (!obstacles.empty()) return CommitOutcome::Conflict(std::move(obstacles));

  Usage& usage = rows.usage[space.tenant];
  const Usage before = usage;
  const Usage after = UsageAfter(target, found, before, batch);
  if (const auto broken = QuotaBroken(batch.allowance, before, after)) {
    return CommitOutcome::OverQuota(*broken);
  }
  usage = after;

  for (std::size_t i = 0; i < found.size(); ++i) {
    Change& change = batch.changes[i];
    const auto row = found[i];
    if (change.action == Change::Action::kRemove && row != none) {
      target.by_rank.erase(row->second.rank);
      target.by_key.erase(row);
    } else if (change.action == Change::Action::kWrite && row != none) {
      row->second.version = change.version;
      row->second.value.swap(change.value);
    } else if (change.action == Change::Action::kWrite) {
      const Rank rank = ++rows.last_rank;
      target.by_rank.emplace(rank, change.key);
      target.by_key.emplace(std::move(change.key),
                            Row{change.version, std::move(change.value), rank});
    }
  }
  return CommitOutcome::Committed(!batch.allowance.IsUnlimited() && before.keys == 0 &&
                                  after.keys > 0);
}

Usage MemoryStore::UsageAfter(const SpaceRows& before, const RowsOfBatch& found, Usage usage,
                              const Batch& batch) {
  std::int64_t keys_of_space = static_cast<std::int64_t>(before.by_key.size());
  const bool was_empty = keys_of_space == 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Change& change = batch.changes[i];
    if (change.action == Change::Action::kCheck) continue;
    if (found[i] != before.by_key.end()) {
      usage.bytes -= SizeOf(change.key, found[i]->second.value);
      --usage.keys;
      --keys_of_space;
    }
    if (change.action == Change::Action::kWrite) {
      usage.bytes += SizeOf(change.key, change.value);
      ++usage.keys;
      ++keys_of_space;
    }
  }
  if (was_empty && keys_of_space > 0) ++usage.stores;
  if (!was_empty && keys_of_space == 0) --usage.stores;
  return usage;
}

Page MemoryStore::ListIn(const Rows& rows, const Space& space, const ListQuery& query) {
  Page page;
  const auto found = rows.spaces.find(space);
  if (found == rows.spaces.end()) return page;
  const SpaceRows& source = found->second;

  if (query.read_apart && query.apart) {
    const auto apart = source.by_key.find(*query.apart);
    if (apart != source.by_key.end()) page.apart = apart->second.version;
  }
  if (query.limit == 0) return page;

  auto next = std::make_reverse_iterator(
      query.older_than ? source.by_rank.lower_bound(*query.older_than) : source.by_rank.end());
  Rank last = 0;
  for (; next != source.by_rank.rend(); ++next) {
    const auto& [rank, key] = *next;
    if (key == query.apart || !key.starts_with(query.prefix)) continue;
    if (page.entries.size() == query.limit) {
      page.next = last;
      break;
    }
    page.entries.push_back({key, source.by_key.at(key).version});
    last = rank;
  }
  return page;
}

ScanResult MemoryStore::ScanIn(const Rows& rows, const Space& space, const ScanQuery& query) {
  ScanResult result;
  const auto found = rows.spaces.find(space);
  if (found == rows.spaces.end()) return result;
  std::size_t bytes = 0;
  const auto& by_key = found->second.by_key;
  for (auto row = by_key.lower_bound(query.prefix);
       row != by_key.end() && row->first.starts_with(query.prefix); ++row) {
    bytes += row->first.size() + row->second.value.size();
    if (bytes > query.bytes_max) return {{}, false};
    result.records.push_back({row->first, row->second.version, row->second.value});
  }
  return result;
}

}  // namespace vss::store
