#include "backup/take.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "backup/file.h"

namespace vss::backup {

Result<Taken> TakeBackup(Remote& source, const std::string& path, const std::string& store_id,
                         const Clock& clock, Entropy& entropy, const Watch& watch) {
  Head head{.created = clock.Wall(), .store_id = store_id};
  entropy.Fill(head.file_id);
  Contents found;
  VSS_TRY(Writer writer, Writer::Open(path, head, &found));
  Survey survey(
      source, found.notes, [&](const Record& record) { return writer.Append(record); }, watch);
  VSS_TRY(const Reading reading, survey.UntilStill());
  Taken taken{.summary = {.global_version_before = reading.global_version_before,
                          .global_version_after = reading.global_version_after,
                          .records = reading.index.size(),
                          .value_bytes = reading.value_bytes,
                          .finished = clock.Wall()},
              .records_kept_before = found.notes.size()};
  VSS_RETURN_IF_FAILED(writer.Finish(reading.index, taken.summary));
  return taken;
}

Result<Done> ReopenBackup(const std::string& path) {
  if (rename(path.c_str(), PartOf(path).c_str()) != 0 && errno != ENOENT) {
    return Unavailable(path + " cannot be gone on with: " + std::strerror(errno));
  }
  return Done{};
}

}  // namespace vss::backup
