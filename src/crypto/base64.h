// Base64 without padding, in its two alphabets (RFC 4648, sections 4 and 5).
//
// Decoding is strict, so that every string of bytes has exactly one text: no padding, no blanks, no
// line ends, and the bits that the last character has too many must be zero.
#ifndef VSS_CRYPTO_BASE64_H_
#define VSS_CRYPTO_BASE64_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace vss::crypto {

enum class Base64 { kStandard, kUrl };

std::string EncodeBase64(ByteView bytes, Base64 alphabet);
std::optional<std::string> DecodeBase64(std::string_view text, Base64 alphabet);

}  // namespace vss::crypto

#endif  // VSS_CRYPTO_BASE64_H_
