// A line on the terminal that says how far something is.
#ifndef VSS_APPS_TERMINAL_PROGRESS_BAR_H_
#define VSS_APPS_TERMINAL_PROGRESS_BAR_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace vss::apps {

// Draws on standard error, and only if that is a terminal.
class ProgressBar final {
 public:
  ProgressBar();
  ~ProgressBar();  // Wipes the line.
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `of` 0: nobody knows.  `more` is added at the end of the line.
  void Show(std::string_view what, std::uint64_t done, std::uint64_t of,
            std::string_view more = {});

 private:
  const bool is_terminal_;
  std::string shown_;
};

// "copying     [##########..........]  50 %  500/1000"
std::string DrawProgress(std::string_view what, std::uint64_t done, std::uint64_t of);

}  // namespace vss::apps

#endif  // VSS_APPS_TERMINAL_PROGRESS_BAR_H_
