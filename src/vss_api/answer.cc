#include "vss_api/answer.h"

#include "vss_api/codec.h"

namespace vss::vss_api {
namespace {

const char* TextFor(CommitOutcome::Quota quota) {
  switch (quota) {
    case CommitOutcome::Quota::kBytes:
      return "Quota exceeded: bytes stored";
    case CommitOutcome::Quota::kKeys:
      return "Quota exceeded: number of keys";
    case CommitOutcome::Quota::kStores:
      return "Quota exceeded: number of stores";
    case CommitOutcome::Quota::kNewTenants:
      return "Too many new users from this address; try again later";
  }
  return "Quota exceeded";
}

}  // namespace

Answer ErrorAnswer(int status, ErrorCode code, std::string_view message) {
  return {status, EncodeErrorResponse(code, message)};
}

Answer AnswerTo(const Failure& failure) {
  Answer answer;
  switch (failure.kind) {
    case Kind::kInvalid:
      return ErrorAnswer(400, ErrorCode::kInvalidRequest, failure.message);
    case Kind::kDenied:
      return ErrorAnswer(401, ErrorCode::kAuth, failure.message);
    case Kind::kThrottled:
      answer = ErrorAnswer(429, ErrorCode::kInternalServer, failure.message);
      break;
    case Kind::kOverloaded:
    case Kind::kUnavailable:
      answer = ErrorAnswer(503, ErrorCode::kInternalServer, failure.message);
      break;
    case Kind::kInDoubt:
    case Kind::kCorrupt:
      return ErrorAnswer(500, ErrorCode::kInternalServer, "Unknown Server Error occurred.");
  }
  answer.retry_after = failure.retry_after.value_or(std::chrono::seconds(1));
  return answer;
}

Answer AnswerTo(const CommitOutcome& outcome) {
  switch (outcome.kind) {
    case CommitOutcome::Kind::kCommitted:
      break;
    case CommitOutcome::Kind::kConflict:
      return ErrorAnswer(409, ErrorCode::kConflict,
                         "Transaction could not be completed due to a possible conflict");
    case CommitOutcome::Kind::kOverQuota:
      if (outcome.exceeded == CommitOutcome::Quota::kNewTenants) {
        Answer answer = ErrorAnswer(429, ErrorCode::kInternalServer, TextFor(outcome.exceeded));
        answer.retry_after = std::chrono::minutes(5);
        return answer;
      }
      return ErrorAnswer(400, ErrorCode::kInvalidRequest, TextFor(outcome.exceeded));
  }
  return {};
}

Answer NoSuchKey() { return ErrorAnswer(404, ErrorCode::kNoSuchKey, "Requested key not found."); }

}  // namespace vss::vss_api
