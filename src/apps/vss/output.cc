#include "apps/vss/output.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "apps/vss/files.h"

namespace vss::apps {
namespace {

std::string Dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string TimeOf(WallTime time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::string Size(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (size >= 1000 && unit + 1 < kUnits.size()) {
    size /= 1000;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", size, kUnits.at(unit));
  return text.data();
}

std::string Count(std::uint64_t number, std::string_view singular) {
  return std::to_string(number) + " " + std::string(singular) + (number == 1 ? "" : "s");
}

void Output::Say(std::string_view text, const nlohmann::json& json) const {
  std::string line = is_json_ ? Dump(json) : std::string(text);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stdout);
}

void Output::Note(std::string_view text) const {
  if (!is_json_) std::fprintf(stderr, "%s\n", std::string(text).c_str());
}

void Output::Complain(std::string_view kind, std::string_view message,
                      const nlohmann::json& more) const {
  if (is_json_) {
    nlohmann::json error = {{"kind", kind}, {"message", message}};
    error.update(more);
    std::fprintf(stderr, "%s\n", Dump({{"error", error}}).c_str());
  } else {
    std::fprintf(stderr, "vss: %s\n", Printable(message).c_str());
  }
}

void Output::Complain(const Failure& failure) const {
  Complain(NameOf(failure.kind),
           failure.message + (failure.detail.empty() ? "" : ": " + failure.detail));
}

Result<Done> Output::WriteBytes(std::string_view bytes, const std::string& file) {
  if (!file.empty()) return ReplaceFile(file, bytes);
  const auto is_unfit = [](char c) { return IsControl(c) && c != '\n' && c != '\t'; };
  if (isatty(STDOUT_FILENO) == 1 && std::ranges::any_of(bytes, is_unfit)) {
    return Invalid("the value is no text: pipe it, or write it to a file with --output");
  }
  if (WriteAll(STDOUT_FILENO, bytes)) return Done{};
  return Unavailable(std::string("standard output cannot be written: ") + std::strerror(errno));
}

backup::Watch ProgressLine::Watch() {
  return [this](const backup::Progress& progress) {
    bar_.Show(progress.step, progress.done, progress.of, Size(progress.bytes));
  };
}

}  // namespace vss::apps
