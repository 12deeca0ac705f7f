// One store of one provider, as a backup needs it.
//
// Blocking, one thread at a time.  Failures are those of the client library, whose retries are
// behind us when one arrives here.
#ifndef VSS_BACKUP_REMOTE_H_
#define VSS_BACKUP_REMOTE_H_

#include <optional>
#include <string>
#include <vector>

#include "base/failure.h"
#include "core/record.h"

namespace vss::backup {

struct ListedKey {
  Key key;
  Version version = 0;
};

struct ListedPage {
  std::vector<ListedKey> keys;            // Newest created first.
  std::string next;                       // Empty at the end.
  std::optional<Version> global_version;  // With the first page; read before its keys.
};

// A write or a removal, and what it replaces.
struct Replacement {
  static constexpr Version kAbsent = 0;

  Key key;
  Version replaces = kAbsent;        // The version that is there now.
  std::optional<std::string> value;  // Nullopt: remove the key.
};

class Remote {
 public:
  virtual ~Remote() = default;

  // `token` from the page before, empty for the first.
  virtual Result<ListedPage> List(const std::string& token) = 0;
  // An answer for each key, in their order.  All are asked for at the same time.
  virtual Result<std::vector<std::optional<Record>>> Get(const std::vector<Key>& keys) = 0;
  virtual Result<Version> GlobalVersion() = 0;
  // All of them, created in this order, or none: then something else is there than they replace.
  virtual Result<bool> Write(std::vector<Replacement> replacements) = 0;
};

}  // namespace vss::backup

#endif  // VSS_BACKUP_REMOTE_H_
