// The newest version of every key that a client has seen, against a server that shows an older one.
//
// LSS proves neither which prefix was asked for nor where one record ends and the next begins
// (lss_api/receipt.h), so a record can be missing from a reply that is proved.  What the client
// knows to be there must be there, and not older.  Records are never deleted, so a key that was
// seen once is in every later reply.
//
// To notice it after a restart too, keep Versions() somewhere that the server cannot change.
#ifndef VSS_LSS_CLIENT_LEDGER_H_
#define VSS_LSS_CLIENT_LEDGER_H_

#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "base/failure.h"
#include "core/record.h"

namespace vss::lss_client {

// Threads: one at a time.
class Ledger final {
 public:
  Ledger() = default;
  explicit Ledger(std::map<Key, Version> versions) : versions_(std::move(versions)) {}

  const std::map<Key, Version>& Versions() const { return versions_; }

  // kCorrupt unless `records` may be all there is under `prefix`.
  Result<Done> CheckAll(std::string_view prefix, std::span<const Record> records) const;
  // kCorrupt if `key` cannot be at `version` any more, or cannot be absent (kAbsent).
  Result<Done> CheckOne(const Key& key, Version version) const;
  void Learn(std::span<const Record> records);

  // The part of it that has these keys.
  Ledger Under(std::string_view prefix) const;
  Ledger Of(std::span<const Record> records) const;

 private:
  using Position = std::map<Key, Version>::const_iterator;
  std::pair<Position, Position> RangeOf(std::string_view prefix) const;

  std::map<Key, Version> versions_;
};

}  // namespace vss::lss_client

#endif  // VSS_LSS_CLIENT_LEDGER_H_
