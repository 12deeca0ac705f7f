// The operator's side: /metrics, /health and /ready.  For a private listener; it has no
// authentication.
//
//   /metrics   everything that is counted and timed, for Prometheus
//   /health    200 while the process answers at all
//   /ready     200 if a write and a read through the store succeed just now, else 503
#ifndef VSS_SERVER_ADMIN_HANDLER_H_
#define VSS_SERVER_ADMIN_HANDLER_H_

#include <chrono>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "server/http/handler.h"
#include "server/http/local_only.h"
#include "server/metrics/metrics.h"
#include "store/store.h"

namespace vss::server {

// Threads: every method, any thread.
class AdminHandler final : public HttpHandler {
 public:
  // `local_only` is there if the listener is on loopback.
  AdminHandler(std::optional<LocalOnly> local_only, const Metrics& metrics, store::Store& store,
               const Clock& clock)
      : local_only_(std::move(local_only)), metrics_(metrics), store_(store), clock_(clock) {}

  Expected<Accepted, Response> OnHead(const RequestHead& head) override;
  Response OnRefusal(Refusal refusal) override;
  Response OnFailure(const Failure& failure) override;

 private:
  void CheckStore(Then<Response> then);

  const std::optional<LocalOnly> local_only_;
  const Metrics& metrics_;
  store::Store& store_;
  const Clock& clock_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_ADMIN_HANDLER_H_
