// The classes of characters that RFC 9110 builds on, whatever the locale.
#ifndef VSS_SERVER_HTTP_ASCII_H_
#define VSS_SERVER_HTTP_ASCII_H_

#include <algorithm>
#include <string_view>

namespace vss::server {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool IsLetter(char c) { return ToLower(c) >= 'a' && ToLower(c) <= 'z'; }
constexpr bool IsPrintable(char c) { return (c >= ' ' && c <= '~') || c == '\t'; }
constexpr bool IsTokenCharacter(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return IsLetter(c) || IsDigit(c) || kOthers.find(c) != std::string_view::npos;
}

inline bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ToLower(x) == ToLower(y); });
}

inline bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  return EqualsIgnoringCase(text.substr(0, prefix.size()), prefix);
}

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_ASCII_H_
