#include "backup/take.h"

#include <unistd.h>

#include <cerrno>
#include <optional>

#include "backup/scanner.h"

namespace vss::backup {

Result<Taken> TakeBackup(Remote& source, const Place& to, Rename rename, const Clock& clock,
                         const Watch& watch) {
  const Head head{.origin = to.origin, .created = clock.Wall(), .store_id = to.store_id};
  Contents found;
  VSS_TRY(Writer writer, Writer::Open(to.path, head, &found));
  Survey survey(
      source, found.notes, [&](const Record& record) { return writer.Append(record); }, watch);
  VSS_TRY(const Reading reading, survey.UntilStill());
  Taken taken{.summary = {.global_version_before = reading.global_version_before,
                          .global_version_after = reading.global_version_after,
                          .records = reading.index.size(),
                          .value_bytes = reading.value_bytes,
                          .finished = clock.Wall()},
              .records_kept_before = found.notes.size()};
  VSS_RETURN_IF_FAILED(writer.Finish(reading.index, taken.summary, rename));
  return taken;
}

Result<Done> ReopenBackup(const Place& place) {
  if (access(place.path.c_str(), F_OK) != 0 && errno == ENOENT) return Done{};
  VSS_TRY(const auto bytes, FileBytes::Open(place.path));
  Scanner scanner(*bytes);
  VSS_TRY(const std::optional<Frame> first, scanner.Next());
  std::optional<Head> head;
  if (first && first->header.kind == FrameKind::kHead) head = DecodeHead(first->payload);
  if (!head || head->origin != place.origin) {
    return Invalid(place.path + " is in the way: it comes from elsewhere, or is a file of its own");
  }
  return RenameFile(place.path, PartOf(place.path), Rename::kRefusesToReplace);
}

}  // namespace vss::backup
