// What a backup holds, once every byte of it has been checked.
#ifndef VSS_BACKUP_CONTENTS_H_
#define VSS_BACKUP_CONTENTS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "backup/bytes_source.h"
#include "backup/format.h"
#include "backup/scanner.h"
#include "base/failure.h"

namespace vss::backup {

// A record of the file, without its key and value.
struct Note {
  std::uint64_t offset = 0;  // Of its frame.
  ShortDigest key{};
  ShortDigest value{};
  Version version = 0;
  std::uint64_t value_bytes = 0;
};

// Memory: 64 bytes a record.
struct Contents {
  std::optional<Head> head;
  std::vector<Note> notes;           // Of every record, as they stand in the file.
  std::vector<std::uint64_t> index;  // Offsets of the records that count, newest first.
  std::optional<Summary> summary;    // None if the backup was not finished.
  std::vector<Damage> damages;
  Position sound;  // Behind the last record before the first damage: more can be added here.

  bool IsSound() const { return damages.empty() && head && summary; }
};

using BytesSeen = std::function<void(std::uint64_t done, std::uint64_t of)>;

// Reads all of it.  Fails only if the source does.
Result<Contents> Examine(BytesSource& bytes, const BytesSeen& seen = {});

// A failure that names the first damage, or nothing.
Result<Done> DemandSound(const Contents& contents);

}  // namespace vss::backup

#endif  // VSS_BACKUP_CONTENTS_H_
