#include "bench/load/reply.h"

#include <strings.h>

#include <charconv>

namespace vss::bench {
namespace {

bool IsEqualIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

template <typename Number>
bool ParseNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

ReplyHead ParseReplyHead(std::string_view bytes) {
  ReplyHead head;
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return head;
  head.kind = ReplyHead::Kind::kBad;
  head.head_size = end + 4;
  if (!bytes.starts_with("HTTP/1.") || !ParseNumber(bytes.substr(9, 3), head.status)) return head;
  head.closes = bytes[7] == '0';

  bool has_length = false;
  for (std::size_t at = bytes.find("\r\n") + 2; at < end + 2;) {
    const std::size_t line_end = bytes.find("\r\n", at);
    const std::string_view line = bytes.substr(at, line_end - at);
    at = line_end + 2;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return head;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (IsEqualIgnoringCase(line.substr(0, colon), "content-length")) {
      has_length = ParseNumber(value, head.body_size);
    } else if (IsEqualIgnoringCase(line.substr(0, colon), "connection")) {
      head.closes = IsEqualIgnoringCase(value, "close");
    }
  }
  if (has_length) head.kind = ReplyHead::Kind::kComplete;
  return head;
}

}  // namespace vss::bench
