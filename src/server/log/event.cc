#include <string>

#include "server/log/server_log.h"

namespace vss::server {
namespace {

void AppendEscaped(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7F) {
      // One escape a byte: what is logged need not be UTF-8, a line of the log always is.
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  AppendEscaped(quoted, text);
  return quoted + '"';
}

bool NeedsQuotes(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || c == '"' || c == '=' || c == '\\') return true;
  }
  return text.empty();
}

}  // namespace

std::string FormatEvent(LogFormat format, std::string_view event,
                        std::initializer_list<LogField> fields) {
  std::string line;
  if (format == LogFormat::kJson) {
    line = "\"event\":" + Quoted(event);
    for (const LogField& field : fields) {
      line += ",\"" + std::string(field.name) + "\":";
      line += field.is_number ? field.text : Quoted(field.text);
    }
    return line;
  }
  line = event;
  for (const LogField& field : fields) {
    line += " " + std::string(field.name) + "=";
    line += NeedsQuotes(field.text) ? Quoted(field.text) : field.text;
  }
  return line;
}

Result<LogLevel> ParseLogLevel(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (lower == "off") return LogLevel::kOff;
  if (lower == "error") return LogLevel::kError;
  if (lower == "warn") return LogLevel::kWarn;
  if (lower == "info") return LogLevel::kInfo;
  if (lower == "debug") return LogLevel::kDebug;
  if (lower == "trace") return LogLevel::kTrace;
  return Invalid("\"" + std::string(text) + "\" is none of off, error, warn, info, debug, trace");
}

}  // namespace vss::server
