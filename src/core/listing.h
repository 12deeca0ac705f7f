// Reading many records of a space.
#ifndef VSS_CORE_LISTING_H_
#define VSS_CORE_LISTING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/record.h"

namespace vss {

// Which keys to list, newest created first.
struct ListQuery {
  Key prefix;                      // Compared byte by byte; empty means every key.
  std::optional<Rank> older_than;  // Go on after the record of this rank.
  std::uint32_t limit = 100;       // At most this many; 0 lists nothing.

  // A key that stands apart: it is never listed and never counted.  With `read_apart` its record is
  // returned beside the page; it is read before any listed key, so a change to the listed keys that
  // came with a change to the key apart is seen whenever the latter is.
  std::optional<Key> apart = std::nullopt;
  bool read_apart = false;
};

struct Page {
  struct Entry {
    Key key;
    Version version = 0;

    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries;
  std::optional<Rank> next;  // Rank of the last entry, if older records follow it.
  std::optional<Version> apart;
};

// Which records to read whole, in bytewise order of their keys.
struct ScanQuery {
  Key prefix;
  std::size_t bytes_max = 0;  // Of keys and values together.
};

struct ScanResult {
  std::vector<Record> records;
  bool is_complete = true;  // False: the records come to more than bytes_max; none is returned.
};

}  // namespace vss

#endif  // VSS_CORE_LISTING_H_
