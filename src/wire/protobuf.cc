#include "wire/protobuf.h"

#include <array>
#include <limits>

#include "core/utf8.h"

namespace vss::wire {
namespace {

void AppendVarint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
}

void AppendTag(std::string& bytes, std::uint32_t number, WireType type) {
  AppendVarint(bytes, std::uint64_t{number} << 3 | static_cast<std::uint64_t>(type));
}

}  // namespace

bool WireReader::Next() {
  if (is_broken_ || rest_.empty()) return false;
  is_broken_ = !ReadField();
  return !is_broken_;
}

bool WireReader::ReadField() {
  if (!ReadTag()) return false;
  return type_ == WireType::kGroup ? SkipGroup() : ReadValue();
}

bool WireReader::ReadValue() {
  switch (type_) {
    case WireType::kVarint:
      return ReadVarint(integer_);
    case WireType::kFixed64:
      return Take(8);
    case WireType::kDelimited: {
      std::uint64_t size = 0;
      return ReadVarint(size) && Take(size);
    }
    case WireType::kFixed32:
      return Take(4);
    default:
      return false;  // The end of a group that did not begin, and types that do not exist.
  }
}

bool WireReader::ReadTag() {
  std::uint64_t tag = 0;
  if (!ReadVarint(tag) || tag > std::numeric_limits<std::uint32_t>::max()) return false;
  number_ = static_cast<std::uint32_t>(tag >> 3);
  type_ = static_cast<WireType>(tag & 7);
  return number_ > 0;
}

bool WireReader::ReadVarint(std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    if (shift == 63 && byte > 1) return false;
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool WireReader::Take(std::uint64_t count) {
  if (count > rest_.size()) return false;
  bytes_ = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return true;
}

// Over everything up to the end of the group whose tag was read just now, with the groups inside.
bool WireReader::SkipGroup() {
  std::array<std::uint32_t, kNestingMax> open;  // Their numbers, the outermost first.
  std::size_t depth = 0;
  do {
    if (type_ == WireType::kGroup) {
      if (depth == static_cast<std::size_t>(nesting_left_)) return false;
      open[depth++] = number_;
    } else if (type_ == WireType::kGroupEnd) {
      if (open[--depth] != number_) return false;
    } else if (!ReadValue()) {
      return false;
    }
  } while (depth > 0 && ReadTag());
  return depth == 0;
}

bool WireReader::CheckText() {
  is_broken_ = !IsUtf8(bytes_);
  return !is_broken_;
}

void AppendInteger(std::string& bytes, std::uint32_t number, std::int64_t value) {
  AppendTag(bytes, number, WireType::kVarint);
  AppendVarint(bytes, static_cast<std::uint64_t>(value));
}

void AppendHead(std::string& bytes, std::uint32_t number, std::uint64_t size) {
  AppendTag(bytes, number, WireType::kDelimited);
  AppendVarint(bytes, size);
}

void AppendBytes(std::string& bytes, std::uint32_t number, std::string_view value) {
  AppendHead(bytes, number, value.size());
  bytes.append(value);
}

}  // namespace vss::wire
