// Plays a workload against a server from one thread and measures what comes back.
//
// Closed loop: every client asks, waits for the answer, asks again.  Open loop: requests are due at
// random times at a given rate, whether or not earlier ones have been answered; one that finds no
// free client waits for it.  Latency counts from the time a request was due, so a server that
// stands still for a second is charged for all that would have come in that second.
#ifndef VSS_BENCH_LOAD_LOAD_H_
#define VSS_BENCH_LOAD_LOAD_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/failure.h"
#include "bench/load/endpoint.h"
#include "bench/load/histogram.h"
#include "bench/load/wallets.h"
#include "bench/load/workload.h"

namespace vss::bench {

struct LoadOptions {
  std::size_t clients = 1;
  std::optional<double> rate;  // Requests a second: open loop.
  bool new_connection_each = false;
  std::chrono::milliseconds warm_up{0};
  std::chrono::milliseconds duration{0};  // Zero: until the workload has nothing more to ask...
  std::uint64_t requests_max = 0;         // ...or so many requests were sent; zero is no limit.
};

struct LoadResult {
  struct PerKind {
    std::string name;
    Histogram latency;  // Of what was answered rightly.
  };
  std::vector<PerKind> kinds;
  std::map<std::string, std::uint64_t> errors;
  std::chrono::nanoseconds measured{0};
  std::uint64_t connects = 0;
  std::uint64_t unanswered = 0;  // Due and without an answer at the end; counted in latency.
  std::chrono::microseconds own_cpu{0};  // What this program took itself.

  std::uint64_t Answered() const;
  std::uint64_t Errors() const;
  Histogram Latency() const;
};

struct LoadEvents {
  std::function<void()> on_measuring = [] {};  // The warm-up is over.
  // Every second while measuring, with the answers in it.
  std::function<void(std::uint64_t answered)> on_second = [](std::uint64_t) {};
  std::function<void()> on_measured = [] {
  };  // The time is over; what is under way is not waited for.
};

// Clients spread evenly over `endpoints`.  kUnavailable if no client gets through.
Result<LoadResult> RunLoad(const LoadOptions& options, const std::vector<Endpoint>& endpoints,
                           Wallets& wallets, Workload& workload, const LoadEvents& events = {});

// Connections that have been used once and are then left open.
class IdleCrowd final {
 public:
  static Result<std::unique_ptr<IdleCrowd>> Make(std::size_t size, const Endpoint& endpoint,
                                                 Wallets& wallets);
  ~IdleCrowd();
  // How many the server still keeps open.
  std::size_t CountOpen() const;

 private:
  struct Body;
  explicit IdleCrowd(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_LOAD_H_
