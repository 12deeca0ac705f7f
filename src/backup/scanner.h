// Reads the frames of a backup one after the other, and says exactly what is wrong with it where.
#ifndef VSS_BACKUP_SCANNER_H_
#define VSS_BACKUP_SCANNER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backup/bytes_source.h"
#include "backup/format.h"
#include "base/failure.h"

namespace vss::backup {

struct Damage {
  enum class Kind : std::uint8_t {
    kNotABackup,  // Other bytes than a backup begins with.
    kVersion,     // A format that this program does not know.
    kCut,         // The file ends too early.
    kHeader,      // The header of a frame fails its check; nothing behind it can be read.
    kContent,     // A frame fails its digest.
    kOrder,       // A frame stands where another one should.
    kForeign,     // A frame that continues another one than stands before it.
    kTail,        // More bytes after the last frame.
    kMeaning,     // Every check holds, but the contents make no sense: a bug in what wrote it.
  };

  Kind kind;
  std::uint64_t offset = 0;  // In the file, where the damaged part begins.
  std::string message;       // A sentence that names the frame.
};

std::string_view NameOf(Damage::Kind kind);  // "cut", "content", ...

// Where the next frame goes.
struct Position {
  std::uint64_t offset = 0;
  std::uint64_t sequence = 0;
  ShortDigest link{};
};

struct Frame {
  FrameHeader header;
  std::uint64_t offset = 0;
  std::vector<std::uint8_t> payload;
};

// Memory: one frame.  A frame is never taken to be larger than the file.
class Scanner final {
 public:
  explicit Scanner(BytesSource& bytes) : bytes_(bytes) {}

  // The next whole frame; frames that fail their digest are noted in damages() and passed over.
  // Nullopt when nothing more can be read.  Fails only if the source does.
  Result<std::optional<Frame>> Next();

  const std::vector<Damage>& damages() const { return damages_; }
  // Behind the last frame before the first damage: from here a writer can go on.
  const Position& sound() const { return sound_; }

 private:
  enum class State : std::uint8_t { kStart, kFrames, kEnd };

  Result<Done> ReadPreamble();
  Result<std::optional<FrameHeader>> ReadHeader();
  // Whether the frame is whole.  Notes what is wrong with it.
  bool Judge(const Frame& frame, ByteView header, ByteView trailer);
  void JudgeLink(const Frame& frame, ByteView digest, ByteView link);
  void Note(Damage::Kind kind, std::uint64_t offset, std::string message);
  void NoteEnd();

  BytesSource& bytes_;
  State state_ = State::kStart;
  std::uint64_t offset_ = 0;
  std::uint64_t expected_sequence_ = 0;
  ShortDigest link_{};    // That the next frame should continue...
  ShortDigest stored_{};  // ...and the one that stands in the file.
  bool has_last_frame_ = false;
  std::vector<Damage> damages_;
  Position sound_;
};

// One record, read by the offset of its frame and checked against its digest.
Result<Record> ReadRecordAt(BytesSource& bytes, std::uint64_t offset);

}  // namespace vss::backup

#endif  // VSS_BACKUP_SCANNER_H_
