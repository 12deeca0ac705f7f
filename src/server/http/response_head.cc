#include "server/http/response_head.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace vss::server {
namespace {

std::string_view ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Other";
  }
}

void AppendHeader(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string FormatResponseHead(const Response& response, const ResponseFrame& frame) {
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(ReasonOf(response.status)).append("\r\n");
  AppendHeader(head, "vss-protocol-version", "0");
  if (response.status != 204) {
    AppendHeader(head, "content-length",
                 std::to_string(response.body.size() + response.tail.size()));
  }
  AppendHeader(head, "date", frame.date);
  if (frame.keeps_alive) {
    AppendHeader(head, "connection", "keep-alive");
    AppendHeader(head, "keep-alive", "timeout=" + std::to_string(frame.idle_max.count()));
  } else {
    AppendHeader(head, "connection", "close");
  }
  for (const auto& [name, value] : response.headers) AppendHeader(head, name, value);
  if (!frame.allowed_origin.empty()) {
    AppendHeader(head, "access-control-allow-origin", frame.allowed_origin);
    AppendHeader(head, "access-control-expose-headers",
                 "vss-protocol-version, retry-after, x-request-id");
    AppendHeader(head, "vary", "origin");
  }
  head.append("\r\n");
  return head;
}

std::string FormatHttpDate(WallTime time) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text = {};
  const int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                   kDays.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                                   kMonths.at(static_cast<std::size_t>(parts.tm_mon)),
                                   parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return std::string(text.data(), static_cast<std::size_t>(length));
}

}  // namespace vss::server
