// A log of events with named fields.  What is written never holds a key's name, a stored value, a
// token or a password: events name tenants by a short digest and count bytes.
#ifndef VSS_BASE_LOG_H_
#define VSS_BASE_LOG_H_

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace vss {

enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError, kOff };

struct LogField {
  template <typename Number>
  requires std::integral<Number> LogField(std::string_view field_name, Number number)
      : name(field_name), text(std::to_string(number)), is_number(true) {}
  LogField(std::string_view field_name, std::string_view field_text)
      : name(field_name), text(field_text) {}

  std::string_view name;
  std::string text;
  bool is_number = false;
};

// Threads: every method, any thread.
class Log {
 public:
  virtual ~Log() = default;
  virtual bool IsOn(LogLevel level) const = 0;
  virtual void Write(LogLevel level, std::string_view event,
                     std::initializer_list<LogField> fields) = 0;

  void Debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kDebug, event, fields);
  }
  void Info(std::string_view event, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kInfo, event, fields);
  }
  void Warn(std::string_view event, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kWarn, event, fields);
  }
  void Error(std::string_view event, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kError, event, fields);
  }
};

// Drops everything.  For tests and for embedding without a log.
class NoLog final : public Log {
 public:
  bool IsOn(LogLevel) const override { return false; }
  void Write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace vss

#endif  // VSS_BASE_LOG_H_
