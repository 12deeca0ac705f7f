// A disk that fails when told to: a layer between SQLite and the file system, which SQLite knows by
// name for as long as this lives.
//
// Threads: any.
#ifndef VSS_TESTS_SQLITE_FAULTY_DISK_H_
#define VSS_TESTS_SQLITE_FAULTY_DISK_H_

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>

namespace vss::testing {

class FaultyDisk final {
 public:
  FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk();

  const std::string& Name() const { return name_; }

  std::atomic<bool> log_flush_fails = false;
  std::atomic<bool> write_fails = false;
  std::atomic<bool> read_fails = false;
  // A write to the log beyond this size finds the disk full.
  std::atomic<std::int64_t> log_bytes_max = std::numeric_limits<std::int64_t>::max();
  std::atomic<int> log_flushes = 0;  // Counted.

 private:
  std::string name_ = "faulty-disk";
  sqlite3_vfs vfs_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_SQLITE_FAULTY_DISK_H_
