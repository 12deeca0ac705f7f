#include "server/migrate/migrate.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace vss::server {
namespace {

using store::Archive;
using store::ArchivedRecord;

constexpr std::size_t kPageRecords = 1000;
constexpr std::size_t kPageBytes = std::size_t{16} << 20;
constexpr Rank kBeforeAll = std::numeric_limits<Rank>::min();

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
  Rank after_ = kBeforeAll;
};

// What the target has, all of which must be the source's first records.
struct Beginning {
  std::uint64_t records = 0;
  Rank last = kBeforeAll;
  bool is_all = false;  // The source has no more.
};

Result<Beginning> CompareBeginning(Archive& source, Archive& target, std::string_view step,
                                   std::uint64_t of, const MigrateProgress& progress) {
  Cursor sources(source);
  Cursor targets(target);
  Beginning both;
  for (;;) {
    VSS_TRY(const ArchivedRecord* in_target, targets.Next());
    VSS_TRY(const ArchivedRecord* in_source, sources.Next());
    both.is_all = in_source == nullptr;
    if (in_target == nullptr) return both;
    if (in_source == nullptr || !AreSame(*in_source, *in_target)) {
      return Invalid("the target differs from the source at rank " +
                     std::to_string(in_target->rank) +
                     "; a store can only be moved into an empty one");
    }
    both.last = in_target->rank;
    if (++both.records % kPageRecords == 0) progress(step, both.records, of);
  }
}

Result<std::uint64_t> CopyRest(Archive& source, Archive& target, const Beginning& already,
                               std::uint64_t of, const MigrateProgress& progress) {
  Rank after = already.last;
  std::uint64_t copied = 0;
  for (;;) {
    VSS_TRY(const std::vector<ArchivedRecord> page, source.Read(after, kPageRecords, kPageBytes));
    if (page.empty()) return copied;
    VSS_RETURN_IF_FAILED(target.Write(page));
    after = page.back().rank;
    copied += page.size();
    progress("copying", already.records + copied, of);
  }
}

}  // namespace

Result<MigrateSummary> Migrate(Archive& source, Archive& target, const MigrateProgress& progress) {
  VSS_RETURN_IF_FAILED(source.Hold());
  VSS_TRY(const store::ArchiveSize size, source.Size());
  VSS_TRY(const Beginning already,
          CompareBeginning(source, target, "comparing", size.records, progress));
  VSS_TRY(const std::uint64_t copied, CopyRest(source, target, already, size.records, progress));
  VSS_TRY(const Beginning verified,
          CompareBeginning(source, target, "verifying", size.records, progress));
  if (verified.records != already.records + copied) {
    return Corrupt("the target lost records while they were copied: " +
                   std::to_string(already.records + copied) + " written, " +
                   std::to_string(verified.records) + " found");
  }
  VSS_TRY(const store::ArchiveSize size_now, source.Size());
  if (!verified.is_all || verified.records != size_now.records || size_now.bytes != size.bytes) {
    return Invalid("the source has changed; stop every server that uses it and run this again");
  }
  return MigrateSummary{verified.records, copied, size.bytes};
}

}  // namespace vss::server
