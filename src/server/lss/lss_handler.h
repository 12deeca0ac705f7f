// What goes to the client, the log and the metrics for every call of LSS, and room in memory for
// it.
#ifndef VSS_SERVER_LSS_LSS_HANDLER_H_
#define VSS_SERVER_LSS_LSS_HANDLER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "server/grpc/call_handler.h"
#include "server/http/byte_budget.h"
#include "server/log/rare_lines.h"
#include "server/vss/request_observer.h"
#include "service/lss_service.h"

namespace vss::server {

// Threads: every method, any thread.
class LssHandler final : public CallHandler {
 public:
  LssHandler(std::uint64_t bytes_in_flight_max, service::LssService& service,
             RequestObserver& observer, Log& log, const Clock& clock)
      : budget_(std::make_shared<ByteBudget>(bytes_in_flight_max)),
        service_(service),
        observer_(observer),
        log_(log),
        clock_(clock),
        rare_lines_(clock) {}

  void OnCall(lss_api::Operation operation, std::string_view address, std::string_view body,
              Deadline deadline, Then<CallReply> then) override;
  std::uint64_t BytesInFlight() const { return budget_->InUse(); }

 private:
  lss_api::Answer Finish(lss_api::Operation operation, const std::string& tenant, SteadyTime began,
                         Result<lss_api::Answer> result);

  const std::shared_ptr<ByteBudget> budget_;
  service::LssService& service_;
  RequestObserver& observer_;
  Log& log_;
  const Clock& clock_;
  RareLines rare_lines_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_LSS_LSS_HANDLER_H_
