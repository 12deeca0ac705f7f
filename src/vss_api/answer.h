// What goes back for a request: an HTTP status and a body, whatever happened.
//
//   outcome                       status   ErrorCode
//   ---------------------------   ------   ------------------------------
//   done                          200      (the response message)
//   no such key                   404      NO_SUCH_KEY_EXCEPTION
//   conflict                      409      CONFLICT_EXCEPTION
//   over a quota, kInvalid        400      INVALID_REQUEST_EXCEPTION
//   kDenied                       401      AUTH_EXCEPTION
//   kThrottled                    429      INTERNAL_SERVER_EXCEPTION, with Retry-After
//   kOverloaded, kUnavailable     503      INTERNAL_SERVER_EXCEPTION, with Retry-After
//   kInDoubt, kCorrupt            500      INTERNAL_SERVER_EXCEPTION
//
// Deployed clients try again for minutes after an AUTH or INTERNAL_SERVER error, and after a body
// that they cannot decode; never after the others.
#ifndef VSS_VSS_API_ANSWER_H_
#define VSS_VSS_API_ANSWER_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/failure.h"
#include "core/batch.h"
#include "vss_api/request.h"

namespace vss::vss_api {

struct Answer {
  int status = 200;
  std::string body = {};
  std::string tail = {};  // Sent right behind the body.
  std::optional<std::chrono::seconds> retry_after = std::nullopt;
};

Answer ErrorAnswer(int status, ErrorCode code, std::string_view message);

Answer AnswerTo(const Failure& failure);
Answer AnswerTo(const CommitOutcome& outcome);
Answer NoSuchKey();

}  // namespace vss::vss_api

#endif  // VSS_VSS_API_ANSWER_H_
