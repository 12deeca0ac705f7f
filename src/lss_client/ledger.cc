#include "lss_client/ledger.h"

#include <algorithm>
#include <string>

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
  for (auto known = versions_.lower_bound(Key(prefix));
       known != versions_.end() && known->first.starts_with(prefix); ++known) {
    if (!shown.contains(known->first)) {
      return Corrupt("the server does not show " + known->first + ", which was stored");
    }
  }
  return Done{};
}

void Ledger::Learn(std::span<const Record> records) {
  for (const Record& record : records) {
    Version& known = versions_[record.key];
    known = std::max(known, record.version);
  }
}

}  // namespace vss::lss_client
