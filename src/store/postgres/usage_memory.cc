#include "store/postgres/usage_memory.h"

#include <set>
#include <utility>

#include "base/check.h"

namespace vss::store {

std::optional<Known> UsageMemory::Recall(const std::vector<PlannedBatch>& batches) const {
  Known known;
  std::set<RowName> seen;
  for (const auto& [space, batch, deadline] : batches) {
    const auto found = tenants_.find(std::string_view(space->tenant));
    if (found == tenants_.end()) return std::nullopt;
    const Tenant& tenant = found->second;
    if (!tenant.usage.IsPossible()) return std::nullopt;  // Looking counts it anew.
    known.usage.try_emplace(space->tenant, tenant.usage);
    for (const Change& change : batch->changes) {
      const RowName row{space->tenant, space->store, change.key};
      if (!seen.insert(row).second) continue;
      if (const auto bytes = tenant.BytesOf(space->store, change.key)) {
        known.rows[row] = {0, *bytes};
      } else if (change.guard.kind != Guard::Kind::kAbsent && !tenant.IsWhole()) {
        return std::nullopt;
      }
    }
  }
  for (const auto& [space, needed] : RowsThatDecide(batches)) {
    const Tenant& tenant = tenants_.find(space.first)->second;
    const auto* const rows = tenant.FindStore(space.second);
    const std::int64_t count = rows == nullptr ? 0 : static_cast<std::int64_t>(rows->size());
    if (count < needed && !tenant.IsWhole()) return std::nullopt;
    known.rows_of_space[space] = count;
  }
  return known;
}

UsageChanges UsageMemory::ChangesOf(const std::vector<PlannedBatch>& batches) const {
  UsageChanges changes;
  for (const auto& [space, batch, deadline] : batches) {
    const auto found = tenants_.find(std::string_view(space->tenant));
    CHECK(found != tenants_.end());
    changes.emplace(space->tenant, found->second.changes);
  }
  return changes;
}

void UsageMemory::Learn(const Known& known, const UsageChanges& changes,
                        const std::vector<RowName>& rows) {
  for (const auto& [name, usage] : known.usage) Open(name, changes.at(name)).usage = usage;
  for (const RowName& row : rows) {
    Tenant& tenant = *Find(row.tenant);
    const auto found = known.rows.find(row);
    if (found == known.rows.end()) {
      Drop(tenant, row);
    } else {
      Note(tenant, row, found->second.value_bytes);
    }
  }
  Shrink();
}

void UsageMemory::Apply(const CommitPlan& plan) {
  if (tenants_.empty()) return;  // Nothing is remembered where usage is not tracked.
  const auto write_all = [this](const std::vector<WriteEffect>& writes) {
    for (const WriteEffect& write : writes) {
      Tenant* const tenant = Find(write.row.tenant);
      if (tenant != nullptr) {
        Note(*tenant, write.row, static_cast<std::int64_t>(write.value.size()));
      }
    }
  };
  const auto remove_all = [this](const std::vector<RemoveEffect>& removals) {
    for (const RemoveEffect& removal : removals) {
      Tenant* const tenant = Find(removal.row.tenant);
      if (tenant != nullptr) Drop(*tenant, removal.row);
    }
  };
  remove_all(plan.effects.removals);
  write_all(plan.effects.updates);
  write_all(plan.effects.upserts);
  write_all(plan.effects.inserts);
  remove_all(plan.effects.late_removals);
  for (const auto& [name, usage] : plan.usage) {
    Tenant* const tenant = Find(name);
    if (tenant == nullptr) continue;
    tenant->usage = usage;
    ++tenant->changes;
  }
  Shrink();
}

void UsageMemory::Forget(const std::vector<PlannedBatch>& batches) {
  for (const PlannedBatch& batch : batches) Forget(batch.space->tenant);
}

const UsageMemory::ByName<std::int64_t>* UsageMemory::Tenant::FindStore(
    std::string_view store) const {
  const auto found = stores.find(store);
  return found == stores.end() ? nullptr : &found->second;
}

std::optional<std::int64_t> UsageMemory::Tenant::BytesOf(std::string_view store,
                                                         std::string_view key) const {
  const auto* const its_rows = FindStore(store);
  if (its_rows == nullptr) return std::nullopt;
  const auto found = its_rows->find(key);
  return found == its_rows->end() ? std::nullopt : std::optional(found->second);
}

UsageMemory::Tenant* UsageMemory::Find(std::string_view tenant) {
  const auto found = tenants_.find(tenant);
  return found == tenants_.end() ? nullptr : &found->second;
}

// With nothing in it that is older than `changes`.
UsageMemory::Tenant& UsageMemory::Open(std::string_view name, std::int64_t changes) {
  const Tenant* const known = Find(name);
  if (known != nullptr && known->changes != changes) Forget(name);
  const auto [entry, is_new] = tenants_.try_emplace(std::string(name));
  Tenant& tenant = entry->second;
  if (is_new) {
    tenant.changes = changes;
    tenant.age = by_age_.insert(by_age_.begin(), entry->first);
  } else {
    by_age_.splice(by_age_.begin(), by_age_, tenant.age);
  }
  return tenant;
}

void UsageMemory::Note(Tenant& tenant, const RowName& row, std::int64_t bytes) {
  auto& rows = tenant.stores.try_emplace(std::string(row.store)).first->second;
  const auto [entry, is_new] = rows.try_emplace(std::string(row.key), bytes);
  entry->second = bytes;
  if (!is_new) return;
  ++tenant.rows;
  ++rows_;
}

void UsageMemory::Drop(Tenant& tenant, const RowName& row) {
  const auto store = tenant.stores.find(row.store);
  if (store == tenant.stores.end()) return;
  const auto key = store->second.find(row.key);
  if (key == store->second.end()) return;
  store->second.erase(key);
  if (store->second.empty()) tenant.stores.erase(store);
  --tenant.rows;
  --rows_;
}

void UsageMemory::Forget(std::string_view name) {
  const auto found = tenants_.find(name);
  if (found == tenants_.end()) return;
  rows_ -= found->second.rows;
  by_age_.erase(found->second.age);
  tenants_.erase(found);
}

void UsageMemory::Shrink() {
  while (rows_ + tenants_.size() > rows_max_) Forget(std::string(by_age_.back()));
}

}  // namespace vss::store
