// Counting characters as the protocol's limits do: in Unicode code points.
#ifndef VSS_VSS_API_UTF8_H_
#define VSS_VSS_API_UTF8_H_

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace vss::vss_api {

// The code points of valid UTF-8: every byte but the continuation bytes begins one.
inline std::size_t CodePoints(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace vss::vss_api

#endif  // VSS_VSS_API_UTF8_H_
