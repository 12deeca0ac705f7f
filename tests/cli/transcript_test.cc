// Transcripts: command lines and what they must print, as somebody at a terminal would read them.
//
//   $ command        run by a shell; lines that follow it, up to the next $:
//   text             standard output
//   ! text           standard error
//   ? 3              the exit code, if it is not 0
//   # text           a remark
//
// In a line, [..] stands for any text.  $A and $B are servers that want signatures, $OPEN is one
// that lets everybody in, $DEAD is none.

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/shell.h"
#include "tests/support/source_tree.h"

namespace vss::testing {
namespace {

struct Step {
  int line = 0;
  std::string command;
  std::string output;
  std::string errors;
  int exit_code = 0;
};

std::vector<Step> ReadTranscript(const std::string& path) {
  std::vector<Step> steps;
  std::istringstream text(ReadWholeFile(path));
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    if (line.starts_with("#") || line.empty()) continue;
    if (line.starts_with("$ ")) {
      steps.push_back({.line = number, .command = line.substr(2)});
    } else if (line.starts_with("! ")) {
      steps.back().errors += line.substr(2) + "\n";
    } else if (line.starts_with("? ")) {
      steps.back().exit_code = std::stoi(line.substr(2));
    } else {
      steps.back().output += line + "\n";
    }
  }
  return steps;
}

// Whether `text` is what `pattern` says, where [..] stands for anything within a line.
bool Matches(std::string_view pattern, std::string_view text) {
  constexpr std::string_view kAny = "[..]";
  const std::size_t any = pattern.find(kAny);
  if (any == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, any))) return false;
  pattern.remove_prefix(any + kAny.size());
  text.remove_prefix(any);
  for (;; text.remove_prefix(1)) {
    if (Matches(pattern, text)) return true;
    if (text.empty() || text.front() == '\n') return false;
  }
}

std::vector<std::string> Transcripts() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(InSourceTree("tests/cli/transcripts"))) {
    names.push_back(entry.path().stem());
  }
  return names;
}

// Output that ends within a line, as values do, ends it here.
std::string Lines(std::string text) {
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  return text;
}

class Transcript : public ::testing::TestWithParam<std::string> {};

TEST_P(Transcript, IsWhatHappens) {
  const std::string path = InSourceTree("tests/cli/transcripts/" + GetParam() + ".txt");
  const std::string text = ReadWholeFile(path);
  Shell shell;
  shell.environment["DEAD"] = "http://127.0.0.1:9/vss";
  shell.environment["SOURCE"] = InSourceTree("");
  for (const char* name : {"A", "B"}) {
    if (text.find(std::string("$") + name) != std::string::npos) {
      shell.environment[name] = shell.Serve("signature");
    }
  }
  if (text.find("$OPEN") != std::string::npos) shell.environment["OPEN"] = shell.Serve("none");
  for (const Step& step : ReadTranscript(path)) {
    const Ran ran = shell.Run(step.command);
    const std::string where =
        GetParam() + ".txt:" + std::to_string(step.line) + ": " + step.command;
    EXPECT_EQ(ran.exit_code, step.exit_code) << where;
    EXPECT_TRUE(Matches(step.output, Lines(ran.output))) << where << "\nprints\n"
                                                         << ran.output << "and not\n"
                                                         << step.output;
    EXPECT_TRUE(Matches(step.errors, ran.errors)) << where << "\ncomplains\n"
                                                  << ran.errors << "and not\n"
                                                  << step.errors;
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Transcript, ::testing::ValuesIn(Transcripts()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace vss::testing
