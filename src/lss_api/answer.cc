#include "lss_api/answer.h"

namespace vss::lss_api {
namespace {

const char* TextFor(CommitOutcome::Quota quota) {
  switch (quota) {
    case CommitOutcome::Quota::kBytes:
      return "quota exceeded: bytes stored";
    case CommitOutcome::Quota::kKeys:
      return "quota exceeded: number of keys";
    case CommitOutcome::Quota::kStores:
      return "quota exceeded: number of stores";
    case CommitOutcome::Quota::kNewTenants:
      return "too many new clients from this address; try again later";
  }
  return "quota exceeded";
}

std::string WithWait(const Failure& failure) {
  if (!failure.retry_after) return failure.message;
  return failure.message + "; try again in " + std::to_string(failure.retry_after->count()) + " s";
}

}  // namespace

Answer AnswerTo(const Failure& failure) {
  switch (failure.kind) {
    case Kind::kInvalid:
      return {Code::kInvalidArgument, 400, failure.message};
    case Kind::kDenied:
      return {Code::kUnauthenticated, 401, failure.message};
    case Kind::kThrottled:
      return {Code::kResourceExhausted, 429, WithWait(failure)};
    case Kind::kOverloaded:
    case Kind::kUnavailable:
      return {Code::kUnavailable, 503, WithWait(failure)};
    case Kind::kInDoubt:
    case Kind::kCorrupt:
      break;
  }
  return {Code::kInternal, 500, "unexpected error"};
}

Answer AnswerTo(CommitOutcome::Quota exceeded) {
  const int status = exceeded == CommitOutcome::Quota::kNewTenants ? 429 : 400;
  return {Code::kResourceExhausted, status, TextFor(exceeded)};
}

Answer ReplyTooLarge(std::size_t bytes_max) {
  return {Code::kResourceExhausted, 413,
          "the reply would be larger than " + std::to_string(bytes_max) +
              " bytes, which is what lss.reply_bytes_max allows and deployed clients can receive; "
              "ask for less at once"};
}

Answer NoSuchCall() { return {Code::kUnimplemented, 404, "no such call"}; }

}  // namespace vss::lss_api
