#include "backup/contents.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

namespace vss::backup {
namespace {

const Note* NoteAt(const Contents& contents, std::uint64_t offset) {
  const auto found = std::ranges::lower_bound(contents.notes, offset, {}, &Note::offset);
  return found != contents.notes.end() && found->offset == offset ? &*found : nullptr;
}

void NoteMeaning(Contents& contents, std::uint64_t offset, const std::string& what) {
  contents.damages.push_back({Damage::Kind::kMeaning, offset,
                              "the frame at offset " + std::to_string(offset) + " " + what});
}

// What one frame adds.  The kinds stand in this order: HEAD, RECD..., INDX..., DONE.
bool Add(Contents& contents, const Frame& frame) {
  const bool has_index = !contents.index.empty();
  switch (frame.header.kind) {
    case FrameKind::kHead:
      if (contents.head || frame.header.sequence != 0) return false;
      contents.head = DecodeHead(frame.payload);
      return contents.head.has_value();
    case FrameKind::kRecord: {
      const auto record = DecodeRecord(frame.payload);
      if (!record || has_index) return false;
      contents.notes.push_back({frame.offset, DigestOf({BytesOf(record->key)}),
                                DigestOf({BytesOf(record->value)}), record->version,
                                record->value.size()});
      return true;
    }
    case FrameKind::kIndex: {
      const auto offsets = DecodeIndex(frame.payload);
      if (!offsets) return false;
      contents.index.insert(contents.index.end(), offsets->begin(), offsets->end());
      return true;
    }
    case FrameKind::kDone:
      contents.summary = DecodeSummary(frame.payload);
      return contents.summary.has_value();
  }
  return false;
}

// The index against the records: each is there, none twice.
bool IsIndexRight(const Contents& contents) {
  std::unordered_set<std::string_view> keys;
  for (const std::uint64_t offset : contents.index) {
    const Note* const note = NoteAt(contents, offset);
    if (note == nullptr || !keys.insert(TextOf(note->key)).second) return false;
  }
  return !contents.summary || contents.summary->records == contents.index.size();
}

}  // namespace

Result<Contents> Examine(BytesSource& bytes, const BytesSeen& seen) {
  Scanner scanner(bytes);
  Contents contents;
  for (;;) {
    VSS_TRY(const std::optional<Frame> frame, scanner.Next());
    if (!frame) break;
    if (!Add(contents, *frame)) NoteMeaning(contents, frame->offset, "makes no sense there");
    const bool is_index_or_later = !contents.index.empty() || contents.summary;
    if (scanner.damages().empty() && !is_index_or_later) contents.sound = scanner.sound();
    if (seen) seen(frame->offset, bytes.Size());
  }
  contents.damages.insert(contents.damages.begin(), scanner.damages().begin(),
                          scanner.damages().end());
  if (contents.damages.empty() && !contents.head) {
    NoteMeaning(contents, kPreambleBytes, "is not the first frame of a backup");
  }
  // Where records are damaged, of course not all of the index is there.
  if (contents.damages.empty() && !IsIndexRight(contents)) {
    NoteMeaning(contents, contents.summary->index_at, "names other records than there are");
  }
  return contents;
}

Result<Done> DemandSound(const Contents& contents) {
  if (contents.IsSound()) return Done{};
  return Corrupt(contents.damages.front().message);
}

}  // namespace vss::backup
