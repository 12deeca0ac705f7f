// Everything that serves signers, put together from the configuration: the key, who may call, the
// service, the transport.
//
// Threads:   Make, Start, Stop and the destructor one at a time; the rest on any.
// Lifetime:  what is given by reference outlives it.
#ifndef VSS_SERVER_LSS_LSS_SIDE_H_
#define VSS_SERVER_LSS_LSS_SIDE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/failure.h"
#include "base/log.h"
#include "server/config/config.h"
#include "server/metrics/metrics.h"
#include "service/admission.h"
#include "store/store.h"

namespace vss::server {

class LssSide final {
 public:
  // Binds every address of lss.listen.  Fails with a message for the operator.
  static Result<std::unique_ptr<LssSide>> Make(const Config& config, store::Store& store,
                                               service::Admission& admission, Metrics& metrics,
                                               Log& log, const Clock& clock, Entropy& entropy);
  ~LssSide();  // Stops.

  void Start();
  void Stop();  // Lets nobody in any more, and finishes what is in flight.

  std::uint16_t Port(std::size_t listener) const;  // As in lss.listen.
  const std::string& ServerId() const;             // In hex.

 private:
  struct Parts;
  explicit LssSide(std::unique_ptr<Parts> parts);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_LSS_LSS_SIDE_H_
