// VSS over HTTP: routes, methods, and statuses around the service.
//
//   POST /vss/getObject /vss/putObjects /vss/deleteObject /vss/listKeyVersions
//   any  /metrics   one line that says the process is up; the real metrics are the admin listener's
#ifndef VSS_SERVER_VSS_VSS_HANDLER_H_
#define VSS_SERVER_VSS_VSS_HANDLER_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/keyed_hash.h"
#include "base/log.h"
#include "server/http/handler.h"
#include "server/http/local_only.h"
#include "server/log/rare_lines.h"
#include "server/vss/request_observer.h"
#include "service/vss_service.h"

namespace vss::server {

// Threads: every method, any thread.
class VssHandler final : public HttpHandler {
 public:
  // `local_only` is there if there is no authentication.
  VssHandler(std::uint64_t body_bytes_max, std::optional<LocalOnly> local_only,
             service::VssService& service, RequestObserver& observer, Log& log, const Clock& clock,
             Entropy& entropy)
      : body_bytes_max_(body_bytes_max),
        local_only_(std::move(local_only)),
        service_(service),
        observer_(observer),
        log_(log),
        clock_(clock),
        rare_lines_(clock),
        hash_(entropy) {}

  Expected<Accepted, Response> OnHead(const RequestHead& head) override;
  Response OnRefusal(Refusal refusal) override;
  Response OnFailure(const Failure& failure) override;

 private:
  struct Route;
  static const Route* FindRoute(std::string_view path);
  Accepted Accept(const Route& route, service::Caller caller);
  // What goes to the client, the log and the metrics once the answer is known.
  Response Finish(std::string_view operation, const service::Caller* caller, SteadyTime began,
                  Result<vss_api::Answer> answer);
  // A name for a request that tells nobody how many others there are.
  std::string NewRequestId();

  const std::uint64_t body_bytes_max_;
  const std::optional<LocalOnly> local_only_;
  service::VssService& service_;
  RequestObserver& observer_;
  Log& log_;
  const Clock& clock_;
  RareLines rare_lines_;
  const KeyedHash hash_;
  std::atomic<std::uint64_t> last_request_ = 0;
};

}  // namespace vss::server

#endif  // VSS_SERVER_VSS_VSS_HANDLER_H_
