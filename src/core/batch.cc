#include "core/batch.h"

#include <utility>

namespace vss {

bool Guard::HoldsFor(std::optional<Version> present) const {
  switch (kind) {
    case Kind::kAnything:
      return true;
    case Kind::kAbsent:
      return !present.has_value();
    case Kind::kPresent:
      return present.has_value();
    case Kind::kAtVersion:
      return present == version;
  }
  return false;
}

Change Change::Write(Key key, Guard guard, Version version, std::string value) {
  return {std::move(key), guard, Action::kWrite, version, std::move(value)};
}

Change Change::Remove(Key key, Guard guard) {
  return {std::move(key), guard, Action::kRemove, 0, {}};
}

Change Change::Check(Key key, Guard guard) {
  return {std::move(key), guard, Action::kCheck, 0, {}};
}

bool Allowance::IsUnlimited() const {
  return bytes_max == kUnlimited && keys_max == kUnlimited && stores_max == kUnlimited &&
         new_tenant && !tell_new_tenant;
}

std::size_t Batch::Bytes() const {
  std::size_t bytes = 0;
  for (const Change& change : changes) bytes += change.key.size() + change.value.size();
  return bytes;
}

CommitOutcome CommitOutcome::Committed(bool created_tenant) {
  return {Kind::kCommitted, {}, Quota::kBytes, created_tenant};
}

CommitOutcome CommitOutcome::Conflict(std::vector<Obstacle> obstacles) {
  return {Kind::kConflict, std::move(obstacles), Quota::kBytes, false};
}

CommitOutcome CommitOutcome::OverQuota(Quota exceeded) {
  return {Kind::kOverQuota, {}, exceeded, false};
}

}  // namespace vss
