// The house has floors: a room includes only the rooms that its CMakeLists.txt lists behind ON.
// A header of include/ belongs to the room that lists it behind PUBLIC.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

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

struct Room {
  std::set<std::string> stands_on;
  std::set<std::string> public_headers;
};
using Rooms = std::map<std::string, Room>;

// The words behind `keyword`, up to the next one.
std::set<std::string> Listed(const std::string& arguments, const std::string& keyword) {
  std::smatch listed;
  const std::regex list("\\b" + keyword + "\\s+([a-z0-9_/.\\s]*)");
  return std::regex_search(arguments, listed, list) ? Words(listed[1]) : std::set<std::string>{};
}

// As vss_room() declares them.
Rooms DeclaredRooms(const fs::path& src) {
  Rooms rooms;
  const std::regex declaration(R"(vss_room\(\s*(\w+)([^)]*)\))");
  for (const auto& entry : fs::directory_iterator(src)) {
    const fs::path file = entry.path() / "CMakeLists.txt";
    if (!fs::exists(file)) continue;
    const std::string text = ReadFile(file);
    std::smatch match;
    if (!std::regex_search(text, match, declaration)) continue;
    rooms[match[1]] = {.stands_on = Listed(match[2], "ON"),
                       .public_headers = Listed(match[2], "PUBLIC")};
  }
  return rooms;
}

// Whose header this is, or nothing.
std::string RoomOf(const std::string& include, const Rooms& rooms) {
  for (const auto& [name, room] : rooms) {
    if (room.public_headers.contains(include)) return name;
  }
  const std::string folder = include.substr(0, include.find('/'));
  return rooms.contains(folder) ? folder : "";
}

std::set<std::string> Includes(const fs::path& file) {
  std::set<std::string> included;
  const std::regex include(R"re(#include "([\w/.]+)")re");
  const std::string text = ReadFile(file);
  for (std::sregex_iterator match(text.begin(), text.end(), include), end; match != end; ++match) {
    included.insert((*match)[1]);
  }
  return included;
}

std::set<std::string> IncludedRooms(const fs::path& file, const Rooms& rooms) {
  std::set<std::string> included;
  for (const std::string& include : Includes(file)) {
    if (const std::string room = RoomOf(include, rooms); !room.empty()) included.insert(room);
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
  for (const auto& [name, room] : rooms) {
    std::vector<fs::path> sources;
    for (const auto& entry : fs::recursive_directory_iterator(src / name)) {
      if (entry.is_regular_file() && IsSource(entry.path())) sources.push_back(entry.path());
    }
    for (const std::string& header : room.public_headers)
      sources.push_back(src / "../include" / header);

    for (const fs::path& file : sources) {
      ++files;
      for (const std::string& included : IncludedRooms(file, rooms)) {
        EXPECT_TRUE(included == name || room.stands_on.contains(included))
            << file << " includes room '" << included << "', on which '" << name
            << "' does not stand";
      }
    }
  }
  EXPECT_GE(files, 10u);
}

TEST(Architecture, APublicHeaderBelongsToOneRoomAndNeedsOnlyPublicOnes) {
  const auto rooms = DeclaredRooms(fs::path(vss::testing::InSourceTree("src")));
  const fs::path include = fs::path(vss::testing::InSourceTree("include"));
  for (const auto& entry : fs::recursive_directory_iterator(include)) {
    if (!entry.is_regular_file()) continue;
    const std::string header = fs::relative(entry.path(), include);
    const auto owners = std::ranges::count_if(
        rooms, [&](const auto& room) { return room.second.public_headers.contains(header); });
    EXPECT_EQ(owners, 1) << header;
    for (const std::string& included : Includes(entry.path())) {
      EXPECT_TRUE(fs::exists(include / included)) << header << " includes " << included;
    }
  }
}

TEST(Architecture, NoRoomStandsOnItselfThroughOthers) {
  const auto rooms = DeclaredRooms(fs::path(vss::testing::InSourceTree("src")));
  for (const auto& [name, room] : rooms) {
    std::set<std::string> reached = room.stands_on;
    for (bool grew = true; grew;) {
      grew = false;
      for (const std::string& below : std::set<std::string>(reached)) {
        if (!rooms.contains(below)) continue;
        for (const std::string& further : rooms.at(below).stands_on)
          grew |= reached.insert(further).second;
      }
    }
    EXPECT_FALSE(reached.contains(name)) << name << " is below itself";
  }
}

}  // namespace
