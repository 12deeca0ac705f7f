// The words of the engine: what is stored, and where.
//
// Sizes: the engine puts no limit on them; each dialect does, before a request gets this far.
// A Key is UTF-8 without NUL.  A value is any bytes.
#ifndef VSS_CORE_RECORD_H_
#define VSS_CORE_RECORD_H_

#include <compare>
#include <cstdint>
#include <string>

namespace vss {

using Key = std::string;

// Set by the writer, compared by guards.  A dialect gives numbers their meaning: the first version
// of a key is 1 in VSS and 0 in LSS.
using Version = std::int64_t;

// When a record was created, relative to the others of its store: larger is newer.  Drawn on
// insert, kept on update, drawn anew when a key is removed and written again.  Positive.
using Rank = std::int64_t;

// One keyspace: what `store` is called by one `tenant`.  Keys of two spaces never meet.
struct Space {
  std::string tenant;  // Whoever is calling, as the authorizer named it.
  std::string store;   // Chosen by the caller; may be empty.

  // A false alarm: NOLINTNEXTLINE(modernize-use-nullptr)
  auto operator<=>(const Space&) const = default;
};

struct Record {
  Key key;
  Version version = 0;
  std::string value;

  bool operator==(const Record&) const = default;
};

}  // namespace vss

#endif  // VSS_CORE_RECORD_H_
