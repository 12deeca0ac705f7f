#include "backup/take.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include "backup/scanner.h"

namespace vss::backup {
namespace {

enum class There : std::uint8_t { kNothing, kEmptyBackup, kRecords };

// What has the name of the backup.  kInvalid if that comes from elsewhere.
Result<There> LookAt(const Place& place) {
  std::error_code error;
  if (!std::filesystem::exists(place.path, error) && !error) return There::kNothing;
  VSS_TRY(const auto bytes, FileBytes::Open(place.path));
  Scanner scanner(*bytes);
  VSS_TRY(const std::optional<Frame> first, scanner.Next());
  std::optional<Head> head;
  if (first && first->header.kind == FrameKind::kHead) head = DecodeHead(first->payload);
  if (!head || head->origin != place.origin || !scanner.damages().empty()) {
    return Invalid(place.path + " is in the way: it comes from elsewhere, or is a file of its own");
  }
  VSS_TRY(const std::optional<Frame> second, scanner.Next());
  // A damaged one may have had some.
  const bool is_empty = second && second->header.kind == FrameKind::kDone;
  return is_empty ? There::kEmptyBackup : There::kRecords;
}

// A store without records: is it one that had some?
Result<Done> DemandAlwaysEmpty(const Place& place, bool has_part_records) {
  VSS_TRY(const There there, LookAt(place));
  if (there != There::kRecords && !has_part_records) return Done{};
  const std::string before = there == There::kRecords ? place.path : PartOf(place.path);
  return Invalid(
      "the store has become empty: nothing was removed or replaced, and what it had is in " +
      before + ". If it is right that it is empty, remove that file first");
}

}  // namespace

Result<Taken> TakeBackup(Remote& source, const Place& to, Rename rename, const Clock& clock,
                         const Watch& watch) {
  if (rename == Rename::kReplaces) VSS_RETURN_IF_FAILED(LookAt(to));
  const Head head{.origin = to.origin, .created = clock.Wall(), .store_id = to.store_id};
  Contents found;
  VSS_TRY(Writer writer, Writer::Open(to.path, head, &found));
  bool has_records = !found.notes.empty();
  const auto keep = [&](const Record& record) {
    has_records = true;
    return writer.Append(record);
  };
  Survey survey(source, found.notes, keep, watch);
  VSS_TRY(const Reading reading, survey.UntilStill());
  if (reading.index.empty()) VSS_RETURN_IF_FAILED(DemandAlwaysEmpty(to, has_records));
  Taken taken{.summary = {.global_version_before = reading.global_version_before,
                          .global_version_after = reading.global_version_after,
                          .records = reading.index.size(),
                          .value_bytes = reading.value_bytes,
                          .finished = clock.Wall()},
              .records_kept_before = found.notes.size()};
  VSS_RETURN_IF_FAILED(writer.Finish(reading.index, taken.summary, rename));
  return taken;
}

Result<Done> ContinueBackup(const Place& place) {
  VSS_TRY(const There there, LookAt(place));
  const std::string part = PartOf(place.path);
  std::error_code error;
  if (there == There::kNothing || std::filesystem::exists(part, error)) return Done{};
  // At once: a part that has less than the file would not know what was copied.
  const std::string copy = part + ".new";
  std::filesystem::copy_file(place.path, copy, std::filesystem::copy_options::overwrite_existing,
                             error);
  if (error) return Unavailable(copy + " cannot be written: " + error.message());
  return RenameFile(copy, part, Rename::kRefusesToReplace);
}

}  // namespace vss::backup
