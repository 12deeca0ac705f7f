#include "bench/load/processes.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace vss::bench {
namespace {

namespace fs = std::filesystem;

struct Stat {
  pid_t parent = 0;
  std::uint64_t ticks = 0;
};

// /proc/PID/stat: the name in parentheses may hold anything, so fields are counted after it.
Stat ReadStat(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  Stat stat;
  fields >> skipped >> stat.parent;
  for (int i = 0; i < 9; ++i) fields >> skipped;
  for (int i = 0; i < 4; ++i) {  // utime, stime, and those of children that have ended.
    std::uint64_t ticks = 0;
    fields >> ticks;
    stat.ticks += ticks;
  }
  return stat;
}

// The number behind `name` in a file of lines like `VmRSS: 1234 kB`.
std::uint64_t NumberIn(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  std::string word;
  std::uint64_t number = 0;
  while (file >> word) {
    if (word == name && file >> number) return number;
  }
  return 0;
}

bool IsDescendant(const std::map<pid_t, Stat>& all, pid_t process, pid_t root) {
  while (process != root) {
    const auto found = all.find(process);
    if (found == all.end() || found->second.parent == 0) return false;
    process = found->second.parent;
  }
  return true;
}

}  // namespace

Usage UsageOf(pid_t root) {
  std::map<pid_t, Stat> all;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") == std::string::npos) {
      all[std::stoi(name)] = ReadStat(name);
    }
  }
  Usage usage;
  std::uint64_t ticks = 0;
  for (const auto& [process, stat] : all) {
    if (IsDescendant(all, process, root)) ticks += stat.ticks;
  }
  usage.cpu = std::chrono::microseconds(ticks * 1'000'000 /
                                        static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK)));
  const std::string status = "/proc/" + std::to_string(root) + "/status";
  usage.resident_bytes = NumberIn(status, "VmRSS:") << 10;
  usage.resident_peak = NumberIn(status, "VmHWM:") << 10;
  return usage;
}

// The fields of /proc/diskstats behind the name: the 7th are sectors written, the 16th flushes.
DiskUsage UsageOfDisks() {
  constexpr std::uint64_t kSectorBytes = 512;
  std::ifstream file("/proc/diskstats");
  DiskUsage usage;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name;
    fields >> name >> name >> name;
    if (!fs::exists("/sys/block/" + name)) continue;  // A partition: counted with its disk.
    std::array<std::uint64_t, 16> numbers{};
    for (std::uint64_t& number : numbers) fields >> number;
    usage.written_bytes += numbers[6] * kSectorBytes;
    usage.flushes += numbers[15];
  }
  return usage;
}

}  // namespace vss::bench
