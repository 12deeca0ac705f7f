#include "backup/scanner.h"

#include <algorithm>
#include <array>
#include <utility>

namespace vss::backup {
namespace {

constexpr std::size_t kDigestBytes = sizeof(ShortDigest);

std::string At(std::uint64_t sequence, std::uint64_t offset) {
  return "frame " + std::to_string(sequence) + " at offset " + std::to_string(offset);
}

std::string Count(std::uint64_t number, std::string_view noun) {
  return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

// Payload and trailer of the frame at `offset`, which the source holds entirely.
Result<std::vector<std::uint8_t>> ReadBody(BytesSource& bytes, std::uint64_t offset,
                                           const FrameHeader& header) {
  std::vector<std::uint8_t> body(header.length + kFrameTrailerBytes);
  VSS_RETURN_IF_FAILED(bytes.ReadAt(offset + kFrameHeaderBytes, body));
  return body;
}

// Whether the source has all of a frame that begins at `offset`.
bool Holds(const BytesSource& bytes, std::uint64_t offset, std::uint64_t length) {
  const std::uint64_t left = bytes.Size() - offset;
  return left >= kFrameHeaderBytes + kFrameTrailerBytes &&
         length <= left - kFrameHeaderBytes - kFrameTrailerBytes;
}

}  // namespace

std::string_view NameOf(Damage::Kind kind) {
  constexpr std::array<std::string_view, 9> kNames = {
      "not a backup", "version", "cut", "header", "content", "order", "foreign", "tail", "meaning"};
  return kNames.at(static_cast<std::size_t>(kind));
}

void Scanner::Note(Damage::Kind kind, std::uint64_t offset, std::string message) {
  damages_.push_back({kind, offset, std::move(message)});
}

void Scanner::NoteEnd() {
  state_ = State::kEnd;
  if (has_last_frame_) return;
  Note(Damage::Kind::kCut, offset_,
       "the file ends before " + At(expected_sequence_, offset_) +
           ", without its last frame: it was cut, or the backup was not finished");
}

Result<Done> Scanner::ReadPreamble() {
  const std::string expected = EncodePreamble();
  std::vector<std::uint8_t> found(std::min<std::uint64_t>(expected.size(), bytes_.Size()));
  VSS_RETURN_IF_FAILED(bytes_.ReadAt(0, found));
  state_ = State::kEnd;
  const std::string_view text = TextOf(found);
  if (!text.starts_with(kMagic.substr(0, text.size())) || text.empty()) {
    Note(Damage::Kind::kNotABackup, 0, "this is not a backup: it begins with other bytes");
  } else if (text.size() < expected.size()) {
    Note(Damage::Kind::kCut, text.size(),
         "the file ends after " + Count(text.size(), "byte") + ", before its first frame");
  } else if (text != expected) {
    Note(Damage::Kind::kVersion, kMagic.size(),
         "the backup has a format that this program does not know: its version is not 1");
  } else {
    state_ = State::kFrames;
    offset_ = expected.size();
    link_ = stored_ = DigestOf({BytesOf(expected)});
    sound_ = {offset_, 0, link_};
  }
  return Done{};
}

// Nullopt, with the reason noted, at the end or where no header can be made out.
Result<std::optional<FrameHeader>> Scanner::ReadHeader() {
  const std::uint64_t left = bytes_.Size() - offset_;
  if (has_last_frame_ || left == 0) {
    if (left > 0) {
      Note(Damage::Kind::kTail, offset_,
           Count(left, "byte") + " at offset " + std::to_string(offset_) +
               " follow the last frame: something was joined to the file");
    }
    NoteEnd();
    return std::optional<FrameHeader>();
  }
  std::array<std::uint8_t, kFrameHeaderBytes> bytes{};
  const auto there = std::span(bytes).first(std::min<std::uint64_t>(left, bytes.size()));
  VSS_RETURN_IF_FAILED(bytes_.ReadAt(offset_, there));
  const auto header = DecodeFrameHeader(there);
  if (header && Holds(bytes_, offset_, header->length)) return header;
  state_ = State::kEnd;
  if (header || there.size() < bytes.size()) {
    const std::string of =
        header ? " of " + std::to_string(kFrameHeaderBytes + header->length + kFrameTrailerBytes)
               : "";
    Note(Damage::Kind::kCut, bytes_.Size(),
         "the file ends inside " + At(expected_sequence_, offset_) + ": " + std::to_string(left) +
             of + " bytes of it are there");
  } else {
    Note(Damage::Kind::kHeader, offset_,
         "the header of " + At(expected_sequence_, offset_) +
             " is damaged: it and what follows cannot be read");
  }
  return std::optional<FrameHeader>();
}

Result<std::optional<Frame>> Scanner::Next() {
  if (state_ == State::kStart) VSS_RETURN_IF_FAILED(ReadPreamble());
  while (state_ == State::kFrames) {
    VSS_TRY(const std::optional<FrameHeader> header, ReadHeader());
    if (!header) break;
    Frame frame{*header, offset_, {}};
    VSS_TRY(frame.payload, ReadBody(bytes_, offset_, *header));
    const std::vector<std::uint8_t> trailer(
        frame.payload.end() - static_cast<std::ptrdiff_t>(kFrameTrailerBytes), frame.payload.end());
    frame.payload.resize(header->length);

    const bool is_whole = Judge(frame, BytesOf(EncodeFrameHeader(*header)), trailer);
    offset_ += kFrameHeaderBytes + header->length + kFrameTrailerBytes;
    expected_sequence_ = header->sequence + 1;
    has_last_frame_ = header->kind == FrameKind::kDone;
    if (damages_.empty()) sound_ = {offset_, expected_sequence_, link_};
    if (is_whole) return std::optional(std::move(frame));
  }
  return std::optional<Frame>();
}

bool Scanner::Judge(const Frame& frame, ByteView header, ByteView trailer) {
  const ByteView stored_digest = trailer.first(kDigestBytes);
  const ShortDigest digest = DigestOf({header, frame.payload});
  const bool is_whole = std::ranges::equal(digest, stored_digest);
  if (frame.header.sequence != expected_sequence_) {
    Note(Damage::Kind::kOrder, frame.offset,
         At(frame.header.sequence, frame.offset) + " stands where frame " +
             std::to_string(expected_sequence_) +
             " belongs: frames were removed, repeated or moved");
  }
  if (!is_whole) {
    Note(Damage::Kind::kContent, frame.offset,
         At(frame.header.sequence, frame.offset) + " is damaged: its " +
             Count(frame.header.length, "byte") + " of content do not match its digest");
  }
  JudgeLink(frame, is_whole ? ByteView(digest) : stored_digest, trailer.subspan(kDigestBytes));
  return is_whole;
}

void Scanner::JudgeLink(const Frame& frame, ByteView digest, ByteView link) {
  ShortDigest found;
  std::ranges::copy(link, found.begin());
  const ShortDigest expected = DigestOf({link_, digest});
  const ShortDigest as_stored = DigestOf({stored_, digest});
  const bool was_noted = !damages_.empty() && damages_.back().offset == frame.offset;
  if (found != expected && found != as_stored && !was_noted) {
    Note(Damage::Kind::kForeign, frame.offset,
         At(frame.header.sequence, frame.offset) +
             " does not continue the one before it: it was written into another backup, or its "
             "link is damaged");
  }
  link_ = expected;
  stored_ = found;
}

Result<Record> ReadRecordAt(BytesSource& bytes, std::uint64_t offset) {
  std::array<std::uint8_t, kFrameHeaderBytes> start{};
  if (bytes.Size() < start.size() || offset > bytes.Size() - start.size()) {
    return Corrupt("the index of the backup leads out of the file");
  }
  VSS_RETURN_IF_FAILED(bytes.ReadAt(offset, start));
  const auto header = DecodeFrameHeader(start);
  if (!header || header->kind != FrameKind::kRecord || !Holds(bytes, offset, header->length)) {
    return Corrupt("there is no record at offset " + std::to_string(offset));
  }
  VSS_TRY(const std::vector<std::uint8_t> body, ReadBody(bytes, offset, *header));
  const ByteView payload = ByteView(body).first(header->length);
  const ShortDigest digest = DigestOf({start, payload});
  std::optional<Record> record = DecodeRecord(payload);
  if (!record ||
      !std::ranges::equal(digest, ByteView(body).subspan(header->length, kDigestBytes))) {
    return Corrupt("the record at offset " + std::to_string(offset) + " is damaged");
  }
  return *std::move(record);
}

}  // namespace vss::backup
