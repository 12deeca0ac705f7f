#include "server/http/chunk_reader.h"

#include <algorithm>

#include "server/http/ascii.h"

namespace vss::server {
namespace {

constexpr std::size_t kLineBytesMax = 4096;
constexpr std::size_t kDigitsMax = 16;

bool IsText(char c) { return IsPrintable(c) || (static_cast<unsigned char>(c) & 0x80) != 0; }

}  // namespace

ChunkReader::Status ChunkReader::Read(std::string_view& bytes, std::string& body,
                                      std::uint64_t body_bytes_max) {
  while (!bytes.empty() && state_ != State::kDone) {
    if (state_ == State::kData) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size_, bytes.size()));
      body.append(bytes.substr(0, count));
      bytes.remove_prefix(count);
      size_ -= count;
      if (size_ == 0) state_ = State::kDataEnd;
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (++line_bytes_ > kLineBytesMax || !Step(c)) return Status::kMalformed;
    if (state_ == State::kData && size_ > body_bytes_max - body.size()) return Status::kTooLarge;
  }
  return state_ == State::kDone ? Status::kDone : Status::kNeedsBytes;
}

// One byte outside of the data.
bool ChunkReader::Step(char c) {
  if (is_after_return_) {
    is_after_return_ = false;
    return c == '\n' && EndLine();
  }
  if (c == '\r') {
    is_after_return_ = true;
    return state_ != State::kSize || digits_ > 0;
  }
  switch (state_) {
    case State::kSize:
      if (c == ';' && digits_ > 0) {
        state_ = State::kExtension;
        return true;
      }
      return AddDigit(c);
    case State::kExtension:
      return IsPrintable(c);
    case State::kTrailers:
      state_ = State::kTrailer;
      return IsTokenCharacter(c);
    case State::kTrailer:
      return IsText(c);
    case State::kData:
    case State::kDataEnd:
    case State::kDone:
      return false;
  }
  return false;
}

bool ChunkReader::EndLine() {
  switch (state_) {
    case State::kSize:
    case State::kExtension:
      state_ = size_ > 0 ? State::kData : State::kTrailers;
      line_bytes_ = 0;
      return true;
    case State::kDataEnd:
      state_ = State::kSize;
      line_bytes_ = digits_ = 0;
      return true;
    case State::kTrailer:
      state_ = State::kTrailers;
      return true;
    case State::kTrailers:
      state_ = State::kDone;
      return true;
    case State::kData:
    case State::kDone:
      break;
  }
  return false;
}

bool ChunkReader::AddDigit(char c) {
  const char lower = ToLower(c);
  if (++digits_ > kDigitsMax) return false;
  if (IsDigit(c)) {
    size_ = size_ * 16 + static_cast<std::uint64_t>(c - '0');
  } else if (lower >= 'a' && lower <= 'f') {
    size_ = size_ * 16 + static_cast<std::uint64_t>(lower - 'a' + 10);
  } else {
    return false;
  }
  return true;
}

}  // namespace vss::server
