// The least that a server of HTTP can do: an epoll loop that answers every request with a fixed
// answer of no bytes.  What a real one takes beyond that is its own.
#ifndef VSS_BENCH_LOAD_ECHO_H_
#define VSS_BENCH_LOAD_ECHO_H_

#include <cstdint>

#include "base/failure.h"

namespace vss::bench {

// Serves on loopback with `threads` threads until the process is told to stop.
Result<Done> ServeEcho(std::uint16_t port, int threads);

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_ECHO_H_
