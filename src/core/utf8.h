// Text is UTF-8, and the limits of every dialect count its characters: Unicode code points.
#ifndef VSS_CORE_UTF8_H_
#define VSS_CORE_UTF8_H_

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace vss {

// Whether `bytes` are UTF-8: nothing cut off, no surrogates, nothing longer than needed, nothing
// beyond U+10FFFF.
bool IsUtf8(std::string_view bytes);

// The code points of valid UTF-8: every byte but the continuation bytes begins one.
inline std::size_t CodePoints(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace vss

#endif  // VSS_CORE_UTF8_H_
