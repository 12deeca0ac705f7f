// The whole server, put together from a configuration.  A library, so that it can also live inside
// another program.
//
// Threads:   Make, Start, Stop and the destructor on one thread; the rest on any.
// Lifetime:  the clock and the log outlive the server.
#ifndef VSS_SERVER_VSS_SERVER_H_
#define VSS_SERVER_VSS_SERVER_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "server/config/config.h"

namespace vss::server {

class VssServer final {
 public:
  // Opens the store and binds every address.  Fails with a message for the operator.
  static Result<std::unique_ptr<VssServer>> Make(const Config& config, const Clock& clock,
                                                 Log& log);
  ~VssServer();  // Stops.

  void Start();
  // Accepts no more, finishes what is in flight for as long as server.shutdown_grace allows, and
  // closes the store.
  void Stop();
  // Reads certificates and the keys of tokens again.  What cannot be used is reported in the log,
  // and the old stays.
  void Reload();

  std::uint16_t Port(std::size_t listener = 0) const;     // As in server.listen.
  std::uint16_t LssPort(std::size_t listener = 0) const;  // As in lss.listen.
  std::optional<std::uint16_t> AdminPort() const;

 private:
  struct Parts;
  explicit VssServer(std::unique_ptr<Parts> parts);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_VSS_SERVER_H_
