// One store of one provider, as a backup needs it.
//
// Blocking, one thread at a time.  Failures are those of the client library, whose retries are
// behind us when one arrives here.
#ifndef VSS_BACKUP_REMOTE_H_
#define VSS_BACKUP_REMOTE_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
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
  static constexpr std::size_t kTogetherMax = 32;
  static constexpr std::size_t kTogetherBytesMax = std::size_t{2} << 20;
  using Found = Result<std::optional<Record>>;
  using Visit = std::function<Result<Done>(std::size_t index, const std::optional<Record>& record)>;

  virtual ~Remote() = default;

  // `token` from the page before, empty for the first.
  virtual Result<ListedPage> List(const std::string& token) = 0;
  // One record, however large, however long it takes.
  virtual Result<std::optional<Record>> Get(const Key& key) = 0;
  // Some records, asked for at the same time and once, with an answer for each in their order: a
  // failure where the value is larger than kTogetherBytesMax, or where none came.
  virtual std::vector<Found> GetTogether(std::span<const Key> keys) = 0;
  virtual Result<Version> GlobalVersion() = 0;
  // All of them, created in this order, or none: then something else is there than they replace.
  virtual Result<bool> Write(std::vector<Replacement> replacements) = 0;

  // Visits the record of every key, in their order, as they come: the work that has been done is
  // done when it fails.  As many at the same time as the link has carried so far; what does not
  // come like that is asked for alone.
  //
  // Memory: 64 MiB and one value.
  Result<Done> GetEach(std::span<const Key> keys, const Visit& visit);

 private:
  std::size_t together_ = 4;
};

}  // namespace vss::backup

#endif  // VSS_BACKUP_REMOTE_H_
