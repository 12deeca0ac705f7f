// Text, whatever the locale.
#ifndef VSS_CLIENT_TEXT_H_
#define VSS_CLIENT_TEXT_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace vss::client {

inline char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = ToLower(c);
  return lower;
}

inline bool IsSameName(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return ToLower(x) == ToLower(y); });
}

// What a server said: without control characters, and short enough for a line of a log.
inline std::string Shown(std::string_view text) {
  constexpr std::size_t kBytesMax = 500;
  std::string shown(text.substr(0, kBytesMax));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return shown;
}

}  // namespace vss::client

#endif  // VSS_CLIENT_TEXT_H_
