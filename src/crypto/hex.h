// Hexadecimal text.
#ifndef VSS_CRYPTO_HEX_H_
#define VSS_CRYPTO_HEX_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace vss::crypto {

enum class HexCase { kLower, kAny };

std::string EncodeHex(ByteView bytes);  // In lower case.

// Fills all of `bytes`.  False, with `bytes` in any state, unless `hex` is exactly two digits for
// each of them.
bool DecodeHex(std::string_view hex, HexCase accepted, std::span<std::uint8_t> bytes);

}  // namespace vss::crypto

#endif  // VSS_CRYPTO_HEX_H_
