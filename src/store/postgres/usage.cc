#include "store/postgres/usage.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace vss::store {

void AppendWriteUsage(const std::map<std::string_view, Usage>& usage, const UsageChanges& changes,
                      std::vector<PgCall>& calls) {
  if (usage.empty()) return;
  std::vector<std::string_view> tenants;
  std::vector<std::optional<std::int64_t>> seen;
  std::vector<std::optional<std::int64_t>> bytes;
  std::vector<std::optional<std::int64_t>> keys;
  std::vector<std::optional<std::int64_t>> stores;
  for (const auto& [tenant, used] : usage) {
    tenants.push_back(tenant);
    seen.emplace_back(changes.at(tenant));
    bytes.emplace_back(used.bytes);
    keys.emplace_back(used.keys);
    stores.emplace_back(used.stores);
  }
  PgCall call{kWriteUsage};
  call.params.Texts(tenants).Ints(seen).Ints(bytes).Ints(keys).Ints(stores);
  calls.push_back(std::move(call));
}

void AppendCheckUsage(const std::map<std::string_view, Usage>& written, const UsageChanges& changes,
                      std::vector<PgCall>& calls) {
  std::vector<std::string_view> tenants;
  std::vector<std::optional<std::int64_t>> seen;
  for (const auto& [tenant, where] : changes) {
    if (written.contains(tenant)) continue;
    tenants.push_back(tenant);
    seen.emplace_back(where);
  }
  if (tenants.empty()) return;
  if (tenants.size() == 1) {
    calls.push_back({kCheckUsageOfOne, std::move(PgParams().Text(tenants[0]).Int(*seen[0]))});
  } else {
    calls.push_back({kCheckUsage, std::move(PgParams().Texts(tenants).Ints(seen))});
  }
}

UsageCount::UsageCount(const std::vector<PlannedBatch>& batches)
    : at_most_(RowsThatDecide(batches)) {
  for (const auto& [space, at_most] : at_most_) {
    if (tenants_.empty() || tenants_.back() != space.first) tenants_.push_back(space.first);
  }
}

void UsageCount::AppendOpen(std::vector<PgCall>& calls) const {
  calls.push_back({kOpenUsage, std::move(PgParams().Texts(tenants_))});
}

void UsageCount::AppendLock(std::vector<PgCall>& calls) const {
  calls.push_back({kLockUsage, std::move(PgParams().Texts(tenants_))});
  std::vector<std::string_view> tenants;
  std::vector<std::string_view> stores;
  std::vector<std::optional<std::int64_t>> at_most;
  for (const auto& [space, count] : at_most_) {
    tenants.push_back(space.first);
    stores.push_back(space.second);
    at_most.emplace_back(count);
  }
  calls.push_back({kCountRows, std::move(PgParams().Texts(tenants).Texts(stores).Ints(at_most))});
}

PgAnswer<bool> UsageCount::Learn(PgConnection& connection, const PgResult& usage,
                                 const PgResult& rows, Known& known) {
  if (static_cast<std::size_t>(usage.Rows()) != tenants_.size()) return false;
  std::vector<std::string_view> uncounted;
  for (int i = 0; i < usage.Rows(); ++i) {
    const std::string_view tenant = tenants_[static_cast<std::size_t>(usage.Int(i, 0) - 1)];
    changes_[tenant] = usage.Int(i, 1);
    Usage& counted = known.usage[tenant];
    if (!usage.IsNull(i, 2)) counted = {usage.Int(i, 2), usage.Int(i, 3), usage.Int(i, 4)};
    if (usage.IsNull(i, 2) || !counted.IsPossible()) uncounted.push_back(tenant);
  }
  std::vector<SpaceName> spaces;
  for (const auto& [space, at_most] : at_most_) spaces.push_back(space);
  for (int i = 0; i < rows.Rows(); ++i) {
    known.rows_of_space[spaces[static_cast<std::size_t>(rows.Int(i, 0) - 1)]] = rows.Int(i, 1);
  }
  return uncounted.empty() ? PgAnswer<bool>(true) : CountAnew(connection, uncounted, known);
}

PgAnswer<bool> UsageCount::CountAnew(PgConnection& connection,
                                     const std::vector<std::string_view>& uncounted, Known& known) {
  const auto sums = connection.RunOne(kSumUsage, std::move(PgParams().Texts(uncounted)));
  if (!sums) return Unexpected(sums.error());
  for (const std::string_view tenant : uncounted) counted_anew_[tenant] = {};
  for (int i = 0; i < sums->Rows(); ++i) {
    const std::string_view tenant = uncounted[static_cast<std::size_t>(sums->Int(i, 0) - 1)];
    counted_anew_[tenant] = {sums->Int(i, 1), sums->Int(i, 2), sums->Int(i, 3)};
  }
  for (const auto& [tenant, usage] : counted_anew_) known.usage[tenant] = usage;
  return true;
}

void UsageCount::AddCounted(std::map<std::string_view, Usage>& usage) const {
  for (const auto& [tenant, counted] : counted_anew_) {
    if (counted != Usage{}) usage.try_emplace(tenant, counted);
  }
}

Result<Done> RecountUsage(const PostgresOptions& options, const Clock& clock) {
  VSS_TRY(
      const std::unique_ptr<PgConnection> connection,
      PgConnection::Open(options, options.vss_database, PgConnection::Use::kMaintain, {}, clock));
  const auto cleared = connection->RunOne(kForgetUsage);
  if (!cleared) return UnavailableFrom(cleared.error());
  return Done{};
}

}  // namespace vss::store
