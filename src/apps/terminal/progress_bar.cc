#include "apps/terminal/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace vss::apps {

ProgressBar::ProgressBar() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (!shown_.empty()) std::fprintf(stderr, "\r%*s\r", static_cast<int>(shown_.size()), "");
}

void ProgressBar::Show(std::string_view what, std::uint64_t done, std::uint64_t of,
                       std::string_view more) {
  if (!is_terminal_) return;
  std::string line =
      of == 0 ? std::string(what) + "  " + std::to_string(done) : DrawProgress(what, done, of);
  if (!more.empty()) line.append("  ").append(more);
  if (line == shown_) return;
  const std::size_t shorter_by = shown_.size() - std::min(line.size(), shown_.size());
  shown_ = std::move(line);
  std::fprintf(stderr, "\r%s%*s", shown_.c_str(), static_cast<int>(shorter_by), "");
}

std::string DrawProgress(std::string_view what, std::uint64_t done, std::uint64_t of) {
  constexpr std::size_t kCells = 30;
  constexpr std::size_t kWhatWidth = 10;
  const double part =
      of == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(of));
  const auto filled = static_cast<std::size_t>(part * kCells);
  std::string percent = std::to_string(static_cast<int>(part * 100));
  percent.insert(0, 3 - std::min<std::size_t>(3, percent.size()), ' ');

  std::string line(what);
  line.resize(std::max(kWhatWidth, line.size()), ' ');
  line +=
      " [" + std::string(filled, '#') + std::string(kCells - filled, '.') + "] " + percent + " %  ";
  return line + std::to_string(done) + "/" + std::to_string(of);
}

}  // namespace vss::apps
