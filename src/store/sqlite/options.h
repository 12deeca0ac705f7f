// How to open the SQLite store.
#ifndef VSS_STORE_SQLITE_OPTIONS_H_
#define VSS_STORE_SQLITE_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <string>

#include "base/lane.h"

namespace vss::store {

// SQLite's own bound on a row, less room for the key and the numbers.
inline constexpr std::size_t kSqliteValueBytesMax = 999'000'000;

struct SqliteOptions {
  // When to read the whole file and compare its parts before serving (some 2 s per GB).
  enum class Check { kAfterCrash, kAlways, kNever };

  std::string path;
  bool create = true;  // Makes the file, not its folder, if it is not there.
  Check check = Check::kAfterCrash;
  std::size_t read_lanes = 2;  // With two or more, the last one serves lists and scans only.
  LaneLimits commit_lane = {};
  LaneLimits read_lane = {};
  int checkpoint_pages = 16'000;  // The log's size, in pages of 4 KiB, at which it is emptied.
  std::chrono::milliseconds busy_wait{2000};  // For another program that holds the write lock.
  std::string vfs = {};                       // What SQLite stands on; empty is the file system.
};

}  // namespace vss::store

#endif  // VSS_STORE_SQLITE_OPTIONS_H_
