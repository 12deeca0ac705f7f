// The manual page knows every command and option, and no other.

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/cli/shell.h"
#include "tests/support/source_tree.h"

namespace vss::testing {
namespace {

std::set<std::string> OptionsIn(const std::string& text) {
  static const std::regex kOption("--[a-z][a-z-]+");
  return {std::sregex_token_iterator(text.begin(), text.end(), kOption),
          std::sregex_token_iterator()};
}

std::string ManualPage() {
  std::string text = ReadWholeFile(InSourceTree("docs/man/vss.1"));
  return std::regex_replace(text, std::regex(R"(\\-)"), "-");
}

TEST(Documents, TheManualPageHasTheOptionsOfTheProgram) {
  Shell shell;
  std::string help = shell.Run("vss --help-all").output;
  for (const char* command : {"ls", "cat", "export", "import", "check"}) {
    help += shell.Run("vss ldk " + std::string(command) + " --help").output;
  }
  EXPECT_EQ(OptionsIn(ManualPage()), OptionsIn(help));
}

TEST(Documents, TheManualPageHasTheCommandsOfTheProgram) {
  Shell shell;
  const std::string commands =
      shell
          .Run(
              "source <(vss completion bash); COMP_WORDS=(vss ''); COMP_CWORD=1; _vss; "
              "printf '%s\n' ${COMPREPLY[@]}; COMP_WORDS=(vss ldk ''); COMP_CWORD=2; _vss; "
              "printf 'ldk %s\n' ${COMPREPLY[@]} | grep -v -- -")
          .output;
  const std::string page = ManualPage();
  std::istringstream lines(commands);
  int count = 0;
  for (std::string command; std::getline(lines, command); ++count) {
    EXPECT_TRUE(std::regex_search(page, std::regex("\n\\.BI? \"?" + command + "[\" \n]")))
        << command;
  }
  EXPECT_EQ(count, 18);
}

TEST(Documents, TheManualPageIsOne) {
  Shell shell;
  const Ran ran =
      shell.Run("command -v man > /dev/null || exit 0; MANROFFOPT=-ww man --warnings -l '" +
                InSourceTree("docs/man/vss.1") + "' > /dev/null");
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(ran.errors, "");
}

}  // namespace
}  // namespace vss::testing
