#include "backup/format.h"

#include <algorithm>
#include <limits>

#include "crypto/sha256.h"

namespace vss::backup {
namespace {

constexpr std::array<std::string_view, 4> kKinds = {"HEAD", "RECD", "INDX", "DONE"};

template <typename Number>
void Append(std::string& bytes, Number number) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i));
  }
}

// Takes what it reads off the front.
class Cursor {
 public:
  explicit Cursor(ByteView bytes) : bytes_(bytes) {}

  template <typename Number>
  Number Take() {
    std::uint64_t number = 0;
    for (const std::uint8_t byte : TakeBytes(sizeof(Number))) {
      number = number >> 8 | static_cast<std::uint64_t>(byte) << 56;
    }
    return static_cast<Number>(number >> (64 - 8 * sizeof(Number)));
  }
  ByteView TakeBytes(std::size_t count) {
    if (count > bytes_.size()) {
      is_short_ = true;
      bytes_ = {};
      return {};
    }
    const ByteView taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  ByteView Rest() { return TakeBytes(bytes_.size()); }

  // Whether everything asked for was there, and nothing is left.
  bool IsAtEnd() const { return !is_short_ && bytes_.empty(); }
  bool IsShort() const { return is_short_; }

 private:
  ByteView bytes_;
  bool is_short_ = false;
};

// Of the other fields of a frame's header.
std::string HeaderCheck(std::string_view kind, std::string_view numbers) {
  const ShortDigest digest = DigestOf({BytesOf(kind), BytesOf(numbers)});
  return std::string(TextOf(digest).substr(0, 4));
}

std::int64_t Micros(WallTime time) { return time.time_since_epoch().count(); }

WallTime TimeAt(std::int64_t micros) { return WallTime(std::chrono::microseconds(micros)); }

}  // namespace

ShortDigest DigestOf(std::initializer_list<ByteView> parts) {
  const crypto::Digest digest = crypto::Sha256(parts);
  ShortDigest cut;
  std::copy_n(digest.begin(), cut.size(), cut.begin());
  return cut;
}

std::string EncodePreamble() {
  std::string bytes(kMagic);
  Append(bytes, kFormatVersion);
  return bytes;
}

std::string EncodeFrameHeader(const FrameHeader& header) {
  const std::string_view kind = kKinds.at(static_cast<std::size_t>(header.kind));
  std::string numbers;
  Append(numbers, header.sequence);
  Append(numbers, header.length);
  return std::string(kind) + HeaderCheck(kind, numbers) + numbers;
}

std::optional<FrameHeader> DecodeFrameHeader(ByteView bytes) {
  Cursor cursor(bytes);
  const std::string_view kind = TextOf(cursor.TakeBytes(4));
  const std::string_view check = TextOf(cursor.TakeBytes(4));
  const std::string_view numbers = TextOf(bytes.subspan(std::min<std::size_t>(8, bytes.size())));
  FrameHeader header;
  header.sequence = cursor.Take<std::uint64_t>();
  header.length = cursor.Take<std::uint64_t>();
  const auto* const known = std::ranges::find(kKinds, kind);
  if (!cursor.IsAtEnd() || known == kKinds.end()) return std::nullopt;
  if (check != HeaderCheck(kind, numbers)) return std::nullopt;
  header.kind = static_cast<FrameKind>(known - kKinds.begin());
  return header;
}

std::string EncodeHead(const Head& head) {
  std::string bytes(TextOf(head.origin));
  Append(bytes, Micros(head.created));
  return bytes + head.store_id;
}

std::optional<Head> DecodeHead(ByteView payload) {
  Cursor cursor(payload);
  Head head;
  std::ranges::copy(cursor.TakeBytes(head.origin.size()), head.origin.begin());
  head.created = TimeAt(cursor.Take<std::int64_t>());
  if (cursor.IsShort()) return std::nullopt;
  head.store_id = TextOf(cursor.Rest());
  return head;
}

std::string EncodeRecordStart(std::string_view key, Version version) {
  std::string bytes;
  Append(bytes, version);
  Append(bytes, static_cast<std::uint32_t>(key.size()));
  return bytes.append(key);
}

std::optional<Record> DecodeRecord(ByteView payload) {
  Cursor cursor(payload);
  Record record;
  record.version = cursor.Take<std::int64_t>();
  record.key = TextOf(cursor.TakeBytes(cursor.Take<std::uint32_t>()));
  if (cursor.IsShort()) return std::nullopt;
  record.value = TextOf(cursor.Rest());
  return record;
}

std::string EncodeIndex(const std::vector<std::uint64_t>& offsets) {
  std::string bytes;
  for (const std::uint64_t offset : offsets) Append(bytes, offset);
  return bytes;
}

std::optional<std::vector<std::uint64_t>> DecodeIndex(ByteView payload) {
  constexpr std::size_t kEntryBytes = sizeof(std::uint64_t);
  if (payload.size() % kEntryBytes != 0 || payload.empty()) return std::nullopt;
  if (payload.size() / kEntryBytes > kIndexEntriesMax) return std::nullopt;
  Cursor cursor(payload);
  std::vector<std::uint64_t> offsets(payload.size() / kEntryBytes);
  for (std::uint64_t& offset : offsets) offset = cursor.Take<std::uint64_t>();
  return offsets;
}

std::string EncodeSummary(const Summary& summary) {
  std::string bytes;
  Append(bytes, summary.global_version_before);
  Append(bytes, summary.global_version_after);
  Append(bytes, summary.records);
  Append(bytes, summary.value_bytes);
  Append(bytes, summary.index_at);
  Append(bytes, Micros(summary.finished));
  return bytes;
}

std::optional<Summary> DecodeSummary(ByteView payload) {
  Cursor cursor(payload);
  Summary summary;
  summary.global_version_before = cursor.Take<std::int64_t>();
  summary.global_version_after = cursor.Take<std::int64_t>();
  summary.records = cursor.Take<std::uint64_t>();
  summary.value_bytes = cursor.Take<std::uint64_t>();
  summary.index_at = cursor.Take<std::uint64_t>();
  summary.finished = TimeAt(cursor.Take<std::int64_t>());
  if (!cursor.IsAtEnd()) return std::nullopt;
  return summary;
}

}  // namespace vss::backup
