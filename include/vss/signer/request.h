// The bodies of VSS requests, built in memory that the caller owns.
//
// Every function writes at the beginning of `out`; called with an empty one it answers
// kBufferTooSmall with the size.  What is passed in must not overlap `out`.
//
// Format:   docs/formats/vss-protocol.md
// Threads:  any, on different buffers.
#ifndef VSS_SIGNER_REQUEST_H_
#define VSS_SIGNER_REQUEST_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "vss/bytes.h"
#include "vss/signer/status.h"

namespace vss::seal {

// Versions with a meaning of their own.
inline constexpr std::int64_t kAnyVersion = -1;   // Whatever is there is replaced.
inline constexpr std::int64_t kFirstVersion = 0;  // Nothing may be there.

// A key, the version it must be at, and the value it gets.
struct Item {
  std::string_view key;
  std::int64_t version = kFirstVersion;
  ByteView value = {};  // Empty in a delete.
};

struct PutRequest {
  std::string_view store_id;
  std::optional<std::int64_t> global_version = std::nullopt;
  std::span<const Item> puts = {};
  std::span<const Item> deletes = {};
};

struct ListRequest {
  std::string_view store_id;
  std::optional<std::string_view> key_prefix = std::nullopt;
  std::optional<std::int32_t> page_size = std::nullopt;
  std::optional<std::string_view> page_token = std::nullopt;
};

Written EncodeGet(std::string_view store_id, std::string_view key, std::span<std::uint8_t> out);
Written EncodePut(const PutRequest& request, std::span<std::uint8_t> out);
Written EncodeDelete(std::string_view store_id, const Item& item, std::span<std::uint8_t> out);
Written EncodeList(const ListRequest& request, std::span<std::uint8_t> out);

}  // namespace vss::seal

#endif  // VSS_SIGNER_REQUEST_H_
