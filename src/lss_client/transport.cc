#include "lss_client/transport.h"

namespace vss::lss_client {

using lss_api::Code;

Failure FailureOf(lss_api::Operation operation, const TransportReply& reply) {
  const std::string& why = reply.message;
  switch (reply.code) {
    case Code::kInvalidArgument:
    case Code::kUnimplemented:
    case Code::kOutOfRange:
      return {Kind::kInvalid, why};
    case Code::kUnauthenticated:
      return {Kind::kDenied, why};
    case Code::kResourceExhausted:
      return {Kind::kThrottled, why};
    default:
      break;
  }
  if (operation == lss_api::Operation::kPut) {
    return {Kind::kInDoubt, why + " (it may or may not be stored: read before writing again)"};
  }
  return {Kind::kUnavailable, why};
}

}  // namespace vss::lss_client
