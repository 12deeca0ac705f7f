// The server's log: lines of text or JSON, to standard error or to a file, or to both.
//
//   2026-01-31T12:00:00.123Z info  listening address=127.0.0.1:8080 tls=no
//   {"time":"2026-01-31T12:00:00.123Z","level":"info","event":"listening","address":"127.0.0.1:8080"}
#ifndef VSS_SERVER_LOG_SERVER_LOG_H_
#define VSS_SERVER_LOG_SERVER_LOG_H_

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/failure.h"
#include "base/log.h"

namespace vss::server {

enum class LogFormat { kText, kJson };
enum class StandardError { kWithoutFile, kAlways };

// Threads: every method, any thread.
class ServerLog : public Log {
 public:
  // Opens `file` again, after something has moved it away.  Keeps the old one if that fails.
  virtual Result<Done> Reopen() = 0;
  virtual void SetLevel(LogLevel level) = 0;
};

// A `file` takes the place of standard error, unless that is wanted too; an empty one does not.
// Missing parent folders are created.
Result<std::unique_ptr<ServerLog>> MakeServerLog(
    LogLevel level, LogFormat format, const std::string& file,
    StandardError standard_error = StandardError::kWithoutFile);

// Whether this process may write to `file`, or make it.  Makes nothing.
Result<Done> CheckLogFile(const std::string& file);

// "off", "error", "warn", "info", "debug" or "trace", in any case.
Result<LogLevel> ParseLogLevel(std::string_view text);

// What follows time and level on a line.
std::string FormatEvent(LogFormat format, std::string_view event,
                        std::initializer_list<LogField> fields);

}  // namespace vss::server

#endif  // VSS_SERVER_LOG_SERVER_LOG_H_
