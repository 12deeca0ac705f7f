// The house has floors: a room includes only the rooms that its CMakeLists.txt lists behind ON.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/support/source_tree.h"

namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::set<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

// Room -> the rooms it stands on, as vss_room() declares them.
std::map<std::string, std::set<std::string>> DeclaredRooms(const fs::path& src) {
  std::map<std::string, std::set<std::string>> rooms;
  const std::regex declaration(R"(vss_room\(\s*(\w+)([^)]*)\))");
  const std::regex on(R"(\bON\s+([a-z_\s]*))");
  for (const auto& entry : fs::directory_iterator(src)) {
    const fs::path file = entry.path() / "CMakeLists.txt";
    if (!fs::exists(file)) continue;
    const std::string text = ReadFile(file);
    std::smatch match;
    if (!std::regex_search(text, match, declaration)) continue;
    const std::string arguments = match[2];
    std::smatch listed;
    rooms[match[1]] =
        std::regex_search(arguments, listed, on) ? Words(listed[1]) : std::set<std::string>{};
  }
  return rooms;
}

// The first folder of every include that names one of the rooms.
std::set<std::string> IncludedRooms(const fs::path& file,
                                    const std::map<std::string, std::set<std::string>>& rooms) {
  std::set<std::string> included;
  const std::regex include(R"re(#include "(\w+)/)re");
  const std::string text = ReadFile(file);
  for (std::sregex_iterator match(text.begin(), text.end(), include), end; match != end; ++match) {
    if (rooms.contains((*match)[1])) included.insert((*match)[1]);
  }
  return included;
}

bool IsSource(const fs::path& path) {
  return path.extension() == ".h" || path.extension() == ".cc";
}

TEST(Architecture, ARoomIncludesOnlyTheRoomsItStandsOn) {
  const fs::path src = fs::path(vss::testing::InSourceTree("src"));
  const auto rooms = DeclaredRooms(src);
  ASSERT_GE(rooms.size(), 3u) << "no rooms found under " << src;

  std::size_t files = 0;
  for (const auto& [room, stands_on] : rooms) {
    for (const auto& entry : fs::recursive_directory_iterator(src / room)) {
      if (!entry.is_regular_file() || !IsSource(entry.path())) continue;
      ++files;
      for (const std::string& included : IncludedRooms(entry.path(), rooms)) {
        EXPECT_TRUE(included == room || stands_on.contains(included))
            << entry.path() << " includes room '" << included << "', on which '" << room
            << "' does not stand";
      }
    }
  }
  EXPECT_GE(files, 10u);
}

TEST(Architecture, NoRoomStandsOnItselfThroughOthers) {
  const auto rooms = DeclaredRooms(fs::path(vss::testing::InSourceTree("src")));
  for (const auto& [room, direct] : rooms) {
    std::set<std::string> reached = direct;
    for (bool grew = true; grew;) {
      grew = false;
      for (const std::string& below : std::set<std::string>(reached)) {
        if (!rooms.contains(below)) continue;
        for (const std::string& further : rooms.at(below)) grew |= reached.insert(further).second;
      }
    }
    EXPECT_FALSE(reached.contains(room)) << room << " is below itself";
  }
}

}  // namespace
