// A whole server inside the test program: real sockets, a real store, no authentication unless the
// configuration says otherwise.
#ifndef VSS_TESTS_CONFORMANCE_RUNNING_SERVER_H_
#define VSS_TESTS_CONFORMANCE_RUNNING_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/failure.h"
#include "server/config/config.h"

namespace vss::testing {

class RunningServer {
 public:
  virtual ~RunningServer() = default;         // Stops it and removes its data.
  virtual std::string Base() const = 0;       // "http://127.0.0.1:PORT"
  virtual std::string AdminBase() const = 0;  // Likewise; empty if there is none.
  virtual std::string LssBase() const = 0;    // Likewise, of a server that serves signers.
  virtual std::string LogText() const = 0;    // Everything logged so far.
  // Stops the server and starts it again on the same data, on new ports.
  virtual Result<Done> Restart() = 0;
};

// "memory", "sqlite", "postgres".
std::vector<std::string> EveryStoreKind();

// Starts a server on a store of that kind that nobody else uses.  `adjust` may change its
// configuration.  Fails if the store cannot be had on this machine.
Result<std::unique_ptr<RunningServer>> StartServer(
    const std::string& store_kind,
    const std::function<void(server::Config&)>& adjust = [](server::Config&) {});

}  // namespace vss::testing

#endif  // VSS_TESTS_CONFORMANCE_RUNNING_SERVER_H_
