// How calls of LSS reach a server.
#ifndef VSS_LSS_CLIENT_TRANSPORT_H_
#define VSS_LSS_CLIENT_TRANSPORT_H_

#include <string>

#include "base/failure.h"
#include "lss_api/answer.h"
#include "lss_api/request.h"

namespace vss::lss_client {

struct TransportReply {
  lss_api::Code code = lss_api::Code::kOk;
  std::string message = {};  // Why not.
  std::string body = {};     // The reply, if the code is kOk.
};

// Threads: as the implementation says.
class Transport {
 public:
  virtual ~Transport() = default;

  // Waits for the reply, or until it is clear that there is none.
  virtual TransportReply Call(lss_api::Operation operation, const std::string& request) = 0;
};

// What is to be done about a call that was not answered.  A put that may have reached the server is
// kInDoubt: read, and compare, before writing again.
Failure FailureOf(lss_api::Operation operation, const TransportReply& reply);

}  // namespace vss::lss_client

#endif  // VSS_LSS_CLIENT_TRANSPORT_H_
