// Bytes that somebody else owns, and text seen as bytes.
#ifndef VSS_BYTES_H_
#define VSS_BYTES_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace vss {

using ByteView = std::span<const std::uint8_t>;

inline ByteView BytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view TextOf(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace vss

#endif  // VSS_BYTES_H_
