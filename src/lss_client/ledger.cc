#include "lss_client/ledger.h"

#include <algorithm>
#include <string>
#include <utility>

namespace vss::lss_client {

Result<Done> Ledger::CheckOne(const Key& key, Version version) const {
  const auto known = versions_.find(key);
  if (known == versions_.end() || version >= known->second) return Done{};
  return Corrupt("the server shows " + key + " at version " + std::to_string(version) +
                 ", but version " + std::to_string(known->second) + " was stored");
}

Result<Done> Ledger::CheckAll(std::string_view prefix, std::span<const Record> records) const {
  std::map<std::string_view, Version> shown;
  for (const Record& record : records) {
    if (!record.key.starts_with(prefix)) {
      return Corrupt("the server shows " + record.key + ", which does not begin with " +
                     std::string(prefix));
    }
    if (!shown.emplace(record.key, record.version).second) {
      return Corrupt("the server shows " + record.key + " twice");
    }
    VSS_RETURN_IF_FAILED(CheckOne(record.key, record.version));
  }
  const auto [first, last] = RangeOf(prefix);
  const auto missing =
      std::find_if(first, last, [&](const auto& known) { return !shown.contains(known.first); });
  if (missing == last) return Done{};
  return Corrupt("the server does not show " + missing->first + ", which was stored");
}

void Ledger::Learn(std::span<const Record> records) {
  for (const Record& record : records) {
    Version& known = versions_[record.key];
    known = std::max(known, record.version);
  }
}

std::pair<Ledger::Position, Ledger::Position> Ledger::RangeOf(std::string_view prefix) const {
  const auto first = versions_.lower_bound(Key(prefix));
  return {first, std::find_if(first, versions_.end(), [prefix](const auto& known) {
            return !known.first.starts_with(prefix);
          })};
}

Ledger Ledger::Under(std::string_view prefix) const {
  const auto [first, last] = RangeOf(prefix);
  return Ledger({first, last});
}

Ledger Ledger::Of(std::span<const Record> records) const {
  std::map<Key, Version> versions;
  for (const Record& record : records) {
    const auto known = versions_.find(record.key);
    if (known != versions_.end()) versions.insert(*known);
  }
  return Ledger(std::move(versions));
}

}  // namespace vss::lss_client
