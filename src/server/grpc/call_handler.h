// What a gRPC server does with the calls it reads.
#ifndef VSS_SERVER_GRPC_CALL_HANDLER_H_
#define VSS_SERVER_GRPC_CALL_HANDLER_H_

#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/then.h"
#include "lss_api/answer.h"
#include "lss_api/request.h"

namespace vss::server {

struct CallReply {
  lss_api::Answer answer;
  std::shared_ptr<const void> held = nullptr;  // Let go once the answer has been sent.
};

// Threads: every method, any thread.
class CallHandler {
 public:
  virtual ~CallHandler() = default;

  // `address` is the client's; it and `body` are valid until OnCall returns.  The client waits no
  // longer than `deadline`.
  virtual void OnCall(lss_api::Operation operation, std::string_view address, std::string_view body,
                      Deadline deadline, Then<CallReply> then) = 0;
};

}  // namespace vss::server

#endif  // VSS_SERVER_GRPC_CALL_HANDLER_H_
