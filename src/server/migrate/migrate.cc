#include "server/migrate/migrate.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace vss::server {
namespace {

using store::Archive;
using store::ArchivedRecord;

constexpr std::size_t kPageRecords = 1000;
constexpr std::size_t kPageBytes = std::size_t{16} << 20;

bool AreSame(const ArchivedRecord& a, const ArchivedRecord& b) {
  return a.space == b.space && a.record == b.record && a.rank == b.rank && a.created == b.created &&
         a.updated == b.updated;
}

// Reads an archive record by record.
class Cursor {
 public:
  explicit Cursor(Archive& archive) : archive_(archive) {}

  // The next record, or nullptr at the end.  Valid until the next call.
  Result<const ArchivedRecord*> Next() {
    if (next_ == page_.size()) {
      VSS_TRY(page_, archive_.Read(after_, kPageRecords, kPageBytes));
      next_ = 0;
      if (page_.empty()) return static_cast<const ArchivedRecord*>(nullptr);
      after_ = page_.back().rank;
    }
    return static_cast<const ArchivedRecord*>(&page_[next_++]);
  }

 private:
  Archive& archive_;
  std::vector<ArchivedRecord> page_;
  std::size_t next_ = 0;
  Rank after_ = 0;
};

// How many records the target has, all of which must be the source's first ones.
Result<std::uint64_t> CompareBeginning(Archive& source, Archive& target, std::string_view step,
                                       std::uint64_t of, const MigrateProgress& progress) {
  Cursor sources(source);
  Cursor targets(target);
  std::uint64_t count = 0;
  for (;;) {
    VSS_TRY(const ArchivedRecord* in_target, targets.Next());
    if (in_target == nullptr) return count;
    VSS_TRY(const ArchivedRecord* in_source, sources.Next());
    if (in_source == nullptr || !AreSame(*in_source, *in_target)) {
      return Invalid("the target differs from the source at rank " +
                     std::to_string(in_target->rank) +
                     "; a store can only be moved into an empty one");
    }
    if (++count % kPageRecords == 0) progress(step, count, of);
  }
}

Result<std::uint64_t> CopyRest(Archive& source, Archive& target, std::uint64_t already,
                               std::uint64_t of, const MigrateProgress& progress) {
  VSS_TRY(Rank after, target.HighestRank());
  std::uint64_t copied = 0;
  for (;;) {
    VSS_TRY(const std::vector<ArchivedRecord> page, source.Read(after, kPageRecords, kPageBytes));
    if (page.empty()) return copied;
    VSS_RETURN_IF_FAILED(target.Write(page));
    after = page.back().rank;
    copied += page.size();
    progress("copying", already + copied, of);
  }
}

}  // namespace

Result<MigrateSummary> Migrate(Archive& source, Archive& target, const MigrateProgress& progress) {
  VSS_TRY(const store::ArchiveSize size, source.Size());
  VSS_TRY(const std::uint64_t already,
          CompareBeginning(source, target, "comparing", size.records, progress));
  VSS_TRY(const std::uint64_t copied, CopyRest(source, target, already, size.records, progress));
  VSS_TRY(const std::uint64_t verified,
          CompareBeginning(source, target, "verifying", size.records, progress));
  if (verified != already + copied) {
    return Corrupt(
        "the target lost records while they were copied: " + std::to_string(already + copied) +
        " written, " + std::to_string(verified) + " found");
  }
  return MigrateSummary{verified, copied, size.bytes};
}

}  // namespace vss::server
