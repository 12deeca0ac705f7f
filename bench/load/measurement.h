// One run of the load generator and what is reported of it.
#ifndef VSS_BENCH_LOAD_MEASUREMENT_H_
#define VSS_BENCH_LOAD_MEASUREMENT_H_

#include <sys/types.h>

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/failure.h"
#include "bench/load/load.h"
#include "bench/load/workload.h"

namespace vss::bench {

struct MeasurementOptions {
  std::vector<std::string> urls;  // Of servers with one store.
  WorkloadOptions workload;
  LoadOptions load;
  Wallets::Options wallets;
  bool fills = true;  // Write every key of every store first.
  std::size_t idle_connections = 0;
  std::vector<std::pair<std::string, pid_t>> processes;  // Whose cost is reported, by name.
  bool reports_seconds = false;                          // Every second on its own, too.
};

// Everything about the run, as JSON:
//
//   operation, auth, clients, stores, keys, value_bytes, rate      what was asked for
//   seconds, answered, per_second, errors{what: count}, unanswered, connects
//   latency_ms{mean, p50, p90, p99, p999, max}, kinds{name: {count, p50, p99}}
//   processes{name: {cpu_us per request, resident_bytes, resident_peak}}
//   flushes, written_bytes                                         of all disks, per request
//   generator_cpu_us                                               of this program, per request
//   idle{connections, open, resident_bytes each, by process}       with idle connections
//   timeline[{answered, resident_bytes of the first process}]      if asked for
Result<nlohmann::json> Measure(const MeasurementOptions& options);

// For people.
std::string FormatMeasurement(const nlohmann::json& measurement);

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_MEASUREMENT_H_
