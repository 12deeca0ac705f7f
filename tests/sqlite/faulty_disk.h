// A disk that fails when told to: a layer between SQLite and the file system, which SQLite knows by
// name for as long as this lives.
//
// It is as bad as real disks can be: any part of what was not flushed may be lost with the power,
// and what a failed flush did not write, the next one does not write either.
//
// Threads: any.
#ifndef VSS_TESTS_SQLITE_FAULTY_DISK_H_
#define VSS_TESTS_SQLITE_FAULTY_DISK_H_

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/seed.h"

namespace vss::testing {

class FaultyDisk final {
 public:
  explicit FaultyDisk(std::uint64_t seed = 1);
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk();

  const std::string& Name() const { return name_; }

  static constexpr int kAll = std::numeric_limits<int>::max();
  std::atomic<int> log_flushes_to_fail = 0;   // So many of the next ones.
  std::atomic<int> file_flushes_to_fail = 0;  // Of those of the file itself.
  std::atomic<bool> write_fails = false;
  std::atomic<bool> read_fails = false;
  // A write to the log beyond this size finds the disk full.
  std::atomic<std::int64_t> log_bytes_max = std::numeric_limits<std::int64_t>::max();
  std::atomic<int> log_flushes = 0;  // Counted.

  // From now on nothing works.
  void CutPower() { power_is_cut_ = true; }
  bool PowerIsCut() const { return power_is_cut_; }
  // Everything works again, and each change that was not flushed is there or not, as it happens.
  // Nothing may be open.
  void RestorePower();

  // What SQLite did to the file at `path`.
  void OnOpen(const std::string& path);
  void OnWrite(const std::string& path, std::int64_t offset, std::string bytes);
  void OnTruncate(const std::string& path, std::int64_t size);
  void OnFlush(const std::string& path);
  void OnFailedFlush(const std::string& path);
  void OnRemove(const std::string& path);

 private:
  struct Change {
    std::int64_t offset;
    std::string bytes;
    bool truncates = false;  // To `offset` bytes.
  };
  struct Platter {
    std::string flushed;
    std::vector<Change> changes;  // Since.
  };
  static void Apply(const Change& change, std::string& content);
  void ApplySome(Platter& platter);

  std::string name_ = "faulty-disk";
  sqlite3_vfs vfs_;
  std::atomic<bool> power_is_cut_ = false;
  std::mutex mutex_;  // For what follows.
  Random random_;
  std::map<std::string, Platter> platters_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_SQLITE_FAULTY_DISK_H_
