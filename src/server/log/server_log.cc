#include "server/log/server_log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <utility>

#include "base/file_access.h"
#include "base/guarded.h"

namespace vss::server {
namespace {

spdlog::level::level_enum Translate(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

constexpr const char* PatternFor(LogFormat format) {
  return format == LogFormat::kJson ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                    : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
}

using Logger = std::shared_ptr<spdlog::logger>;

// spdlog throws when a file cannot be opened; this is the one place that sees it.
Result<Logger> MakeLogger(LogFormat format, const std::string& file, StandardError standard_error) {
  try {
    std::vector<spdlog::sink_ptr> sinks;
    if (file.empty() || standard_error == StandardError::kAlways) {
      sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    }
    if (!file.empty()) {
      sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(file));
    }
    auto logger = std::make_shared<spdlog::logger>("vss", sinks.begin(), sinks.end());
    logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        PatternFor(format), spdlog::pattern_time_type::utc));
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);
    return logger;
  } catch (const spdlog::spdlog_ex& error) {
    return Invalid(std::string("log.file: ") + error.what());
  }
}

class SpdServerLog final : public ServerLog {
 public:
  SpdServerLog(LogLevel level, LogFormat format, std::string file, StandardError standard_error,
               Logger logger)
      : level_(level),
        format_(format),
        file_(std::move(file)),
        standard_error_(standard_error),
        logger_(std::move(logger)) {}

  bool IsOn(LogLevel level) const override {
    return level >= level_.load(std::memory_order_relaxed);
  }

  void Write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override {
    if (!IsOn(level)) return;
    const Logger logger = logger_.With([](const Logger& current) { return current; });
    logger->log(Translate(level), FormatEvent(format_, event, fields));
  }

  Result<Done> Reopen() override {
    VSS_TRY(Logger fresh, MakeLogger(format_, file_, standard_error_));
    logger_.With([&](Logger& current) { current = std::move(fresh); });
    return Done{};
  }

  void SetLevel(LogLevel level) override { level_ = level; }

 private:
  std::atomic<LogLevel> level_;
  const LogFormat format_;
  const std::string file_;
  const StandardError standard_error_;
  Guarded<Logger> logger_;
};

}  // namespace

Result<Done> CheckLogFile(const std::string& file) {
  namespace fs = std::filesystem;
  if (file.empty()) return Done{};
  // The folders that are missing will be made in the last one that is not.
  fs::path path = fs::absolute(file);
  std::error_code ignored;
  while (!fs::exists(path, ignored) && !fs::exists(path.parent_path(), ignored)) {
    path = path.parent_path();
  }
  const auto checked = CheckWritable(path);
  if (!checked) return Invalid("log.file: " + checked.error().message);
  return Done{};
}

Result<std::unique_ptr<ServerLog>> MakeServerLog(LogLevel level, LogFormat format,
                                                 const std::string& file,
                                                 StandardError standard_error) {
  VSS_TRY(Logger logger, MakeLogger(format, file, standard_error));
  return std::unique_ptr<ServerLog>(
      std::make_unique<SpdServerLog>(level, format, file, standard_error, std::move(logger)));
}

}  // namespace vss::server
