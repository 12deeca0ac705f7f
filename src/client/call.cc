#include "client/call.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace vss::client {
namespace {

const std::string kNoBody;

Duration Between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration_cast<Duration>(to - from);
}

}  // namespace

Action Call::SendNow(SteadyTime now) {
  const Duration left = Between(now, deadline_);
  if (left.count() <= 0) return FailWith(OutOfTime());
  ++attempts_;
  ++requests_;
  Outgoing outgoing = NextRequest();
  return {.kind = Action::Kind::kSend,
          .operation = outgoing.operation,
          .body = std::move(outgoing.body),
          .time = std::min(left, rules_.attempt_time_max)};
}

Error Call::OutOfTime() const {
  if (requests_ == 0) {
    return {.kind = Kind::kUnavailable, .message = "no time was left to send a request"};
  }
  if (!last_error_) return {.kind = Kind::kUnavailable, .message = "out of time"};
  Error error = *last_error_;
  error.message = "out of time; before that: " + error.message;
  return error;
}

Action Call::SendFurther(SteadyTime now) {
  --attempts_;
  return SendNow(now);
}

Action Call::OnReply(const Reply& reply, SteadyTime now) {
  Verdict verdict = Judge(reply, rules_.missing);
  last_error_.reset();
  if (verdict.kind == Verdict::Kind::kFailed) {
    last_error_ = verdict.error;
    if (verdict.error.kind == Kind::kDenied && !has_refreshed_) {
      has_refreshed_ = true;
      return {.kind = Action::Kind::kRefresh};
    }
  }
  return OnVerdict(std::move(verdict), reply ? reply->body : kNoBody, now);
}

Action Call::OnRefreshed(bool has_others, SteadyTime now) {
  if (has_others) return SendNow(now);
  return OnVerdict({.error = *last_error_, .nothing_happened = true}, kNoBody, now);
}

Action Call::OnNoCredentials(Error error, SteadyTime now) {
  --requests_;
  last_error_ = error;
  const bool may_try_again = error.kind == Kind::kUnavailable || error.kind == Kind::kOverloaded ||
                             error.kind == Kind::kThrottled;
  return OnVerdict(
      {.error = std::move(error), .may_try_again = may_try_again, .nothing_happened = true},
      kNoBody, now);
}

Action Call::SendAgain(Error error, SteadyTime now) {
  const std::optional<Duration> delay = DelayAfter(rules_.retry, attempts_, waited_, entropy_);
  if (!delay) return FailWith(std::move(error));
  const Duration asked = std::min<Duration>(error.retry_after.value_or(std::chrono::seconds(0)),
                                            rules_.retry.retry_after_max);
  const Duration wait = std::max(*delay, asked);
  if (wait >= Between(now, deadline_)) return FailWith(std::move(error));
  waited_ += wait;
  last_error_ = std::move(error);
  return {.kind = Action::Kind::kWait, .time = wait};
}

Action Call::GiveUp() {
  return FailWith(
      last_error_.value_or(Error{.kind = Kind::kUnavailable, .message = "the client was closed"}));
}

Action Call::Refuse(Error error) { return FailWith(std::move(error)); }

Action Call::FailWith(Error error) {
  error.attempts = requests_;
  Fail(std::move(error));
  return {.kind = Action::Kind::kDone};
}

Error UnreadableReply() {
  return {.kind = Kind::kCorrupt, .message = "the reply is not one to this request"};
}

}  // namespace vss::client
