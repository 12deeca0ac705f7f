// What vss prints: text for people, or with --json one JSON object a line.
#ifndef VSS_APPS_VSS_OUTPUT_H_
#define VSS_APPS_VSS_OUTPUT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "apps/terminal/printable.h"
#include "apps/terminal/progress_bar.h"
#include "backup/survey.h"
#include "base/clock.h"
#include "base/failure.h"

namespace vss::apps {

std::string TimeOf(WallTime time);  // "2026-11-21T18:00:00Z"

std::string Size(std::uint64_t bytes);                               // "12.3 MB"
std::string Count(std::uint64_t number, std::string_view singular);  // "1 key", "2 keys"

class Output final {
 public:
  explicit Output(bool is_json) : is_json_(is_json) {}

  bool is_json() const { return is_json_; }

  // On standard output: `text` and a line end, or `json`.
  void Say(std::string_view text, const nlohmann::json& json) const;
  // On standard error, for people only.
  void Note(std::string_view text) const;
  // On standard error: what went wrong.
  void Complain(std::string_view kind, std::string_view message,
                const nlohmann::json& more = nlohmann::json::object()) const;
  void Complain(const Failure& failure) const;

  // Bytes as they are: to the file, or if that is empty to standard output.  Refuses to send what
  // is no text to a terminal.
  static Result<Done> WriteBytes(std::string_view bytes, const std::string& file);

 private:
  bool is_json_;
};

// A line on the terminal while something is under way.
class ProgressLine final {
 public:
  backup::Watch Watch();  // Not to be used longer than this line.

 private:
  ProgressBar bar_;
};

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_OUTPUT_H_
