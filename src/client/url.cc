#include "client/url.h"

#include <algorithm>
#include <charconv>

#include "client/text.h"

namespace vss::client {
namespace {

bool IsAllowed(char c) {
  constexpr std::string_view kOthers = "?#\\\"<>^`{|}@";
  return c > ' ' && c < 0x7f && kOthers.find(c) == kOthers.npos;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// host[:port], the host perhaps in brackets.
std::string_view HostOf(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

// What stands behind the host: nothing, or a colon and digits, perhaps none.
std::optional<std::uint16_t> ParsePort(std::string_view text, std::uint16_t usual) {
  if (text.empty() || text == ":") return usual;
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed_to, error] = std::from_chars(text.data() + 1, end, port);
  if (text.front() != ':' || error != std::errc() || parsed_to != end) return std::nullopt;
  return port;
}

}  // namespace

std::optional<UrlParts> ParseBaseUrl(std::string_view url) {
  if (!std::ranges::all_of(url, IsAllowed)) return std::nullopt;
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  UrlParts parts{.scheme = ToLower(url.substr(0, colon)), .host = {}, .port = 0};
  if (parts.scheme != "http" && parts.scheme != "https") return std::nullopt;
  const std::string_view rest = url.substr(colon + 3);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::string_view host = HostOf(authority);
  const auto port = ParsePort(authority.substr(host.size()), parts.scheme == "https" ? 443 : 80);
  if (host.empty() || !port) return std::nullopt;
  parts.host = ToLower(host);
  parts.port = *port;
  return parts;
}

bool IsLoopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
         std::ranges::all_of(host, [](char c) { return c == '.' || IsDigit(c); });
}

bool IsOnion(std::string_view host) { return host.ends_with(".onion"); }

}  // namespace vss::client
