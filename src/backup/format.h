// The bytes of a backup file.  docs/formats/backup-file.md is the specification.
//
//   file    = magic version frame*
//   magic   = 89 "VSSB" 0D 0A 1A          a transfer "as text" damages it
//   version = u32                         1
//   frame   = kind check sequence length payload digest link
//   kind    = 4 ASCII characters          HEAD RECD INDX DONE
//   check   = 4 bytes                     of SHA-256(kind sequence length)
//   sequence= u64                         0 for the first frame
//   length  = u64                         of the payload
//   digest  = 16 bytes                    of SHA-256(kind check sequence length payload)
//   link    = 16 bytes                    of SHA-256(the link of the frame before, digest)
//
// Numbers are little-endian.  Cut digests keep their first bytes.  The link before the first frame
// is SHA-256(magic version), cut likewise.  A digest says whether a frame is whole, the link
// whether it stands where it was written.
#ifndef VSS_BACKUP_FORMAT_H_
#define VSS_BACKUP_FORMAT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "core/record.h"

namespace vss::backup {

inline constexpr std::string_view kMagic = "\x89VSSB\r\n\x1a";
inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::size_t kPreambleBytes = 12;
inline constexpr std::size_t kFrameHeaderBytes = 24;
inline constexpr std::size_t kFrameTrailerBytes = 32;
inline constexpr std::size_t kIndexEntriesMax = 4096;  // In one frame.

using ShortDigest = std::array<std::uint8_t, 16>;
ShortDigest DigestOf(std::initializer_list<ByteView> parts);

enum class FrameKind : std::uint8_t { kHead, kRecord, kIndex, kDone };

struct FrameHeader {
  FrameKind kind = FrameKind::kHead;
  std::uint64_t sequence = 0;
  std::uint64_t length = 0;  // Of the payload.
};

std::string EncodePreamble();
std::string EncodeFrameHeader(const FrameHeader& header);
// Nullopt if the check fails, or the kind is none that we know.
std::optional<FrameHeader> DecodeFrameHeader(ByteView bytes);

// HEAD: whose backup this is.
struct Head {
  // Stands for the server, the store and the user that were read, and for a copy's target: only the
  // same may go on with this file.
  ShortDigest origin{};
  WallTime created = {};
  std::string store_id;
};

// DONE: the store was like this at one moment, as far as its versions and values can tell.
struct Summary {
  Version global_version_before = 0;
  Version global_version_after = 0;
  std::uint64_t records = 0;      // In the index.
  std::uint64_t value_bytes = 0;  // Of those records.
  std::uint64_t index_at = 0;     // Offset of the first INDX frame.
  WallTime finished = {};
};

std::string EncodeHead(const Head& head);
std::optional<Head> DecodeHead(ByteView payload);

// RECD without the value, which stands behind it.
std::string EncodeRecordStart(std::string_view key, Version version);
std::optional<Record> DecodeRecord(ByteView payload);

// INDX: offsets of RECD frames.
std::string EncodeIndex(const std::vector<std::uint64_t>& offsets);
std::optional<std::vector<std::uint64_t>> DecodeIndex(ByteView payload);

std::string EncodeSummary(const Summary& summary);
std::optional<Summary> DecodeSummary(ByteView payload);

}  // namespace vss::backup

#endif  // VSS_BACKUP_FORMAT_H_
