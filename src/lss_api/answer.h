// What goes back for a call: a gRPC status, and a message if it is OK.
//
//   outcome                       gRPC status              as HTTP, for logs and metrics
//   ---------------------------   ----------------------   -----------------------------
//   done                           0 OK                    200
//   conflict                       0 OK                    409
//   kInvalid                       3 INVALID_ARGUMENT      400
//   over a quota                   8 RESOURCE_EXHAUSTED    400
//   kThrottled                     8 RESOURCE_EXHAUSTED    429
//   a reply over the limit         8 RESOURCE_EXHAUSTED    413
//   no such call                  12 UNIMPLEMENTED         404
//   kInDoubt, kCorrupt            13 INTERNAL              500
//   kOverloaded, kUnavailable     14 UNAVAILABLE           503
//   kDenied                       16 UNAUTHENTICATED       401
//
// Deployed clients tell none of the failures from another; ours, and people, do.
#ifndef VSS_LSS_API_ANSWER_H_
#define VSS_LSS_API_ANSWER_H_

#include <cstddef>
#include <string>

#include "base/failure.h"
#include "core/batch.h"

namespace vss::lss_api {

enum class Code {
  kOk = 0,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kResourceExhausted = 8,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kUnauthenticated = 16,
};

struct Answer {
  Code code = Code::kOk;
  int http_status = 200;
  std::string message = {};  // Why not.
  std::string body = {};     // The reply, if the code is kOk.
};

Answer AnswerTo(const Failure& failure);
Answer AnswerTo(CommitOutcome::Quota exceeded);
Answer ReplyTooLarge(std::size_t bytes_max);
Answer NoSuchCall();

}  // namespace vss::lss_api

#endif  // VSS_LSS_API_ANSWER_H_
