// What the processes of a server cost, read from /proc.
#ifndef VSS_BENCH_LOAD_PROCESSES_H_
#define VSS_BENCH_LOAD_PROCESSES_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace vss::bench {

struct Usage {
  std::chrono::microseconds cpu{0};  // User and system.
  std::uint64_t written_bytes = 0;   // That went, or will go, to a disk.
  std::uint64_t resident_bytes = 0;  // Of the root alone: processes share memory.
  std::uint64_t resident_peak = 0;   // Likewise, since it was started.
};

// Of a process and all its descendants, those included that have ended.  What cannot be read (it
// belongs to another user) is zero.
Usage UsageOf(pid_t root);

// What the disks of this machine have done since it was started.  The whole machine, because the
// system counts neither flushes nor what really goes to a disk by process.
struct DiskUsage {
  std::uint64_t flushes = 0;
  std::uint64_t written_bytes = 0;
};
DiskUsage UsageOfDisks();

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_PROCESSES_H_
