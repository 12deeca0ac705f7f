// One call, over as many requests as it takes: a state machine that says what to send, takes what
// came back and asks for waits.  It knows no socket, no thread and no clock.
//
//   action = call.Begin(now)
//   kSend     send it        -> action = call.OnReply(reply, now)
//             cannot         -> action = call.OnNoCredentials(why, now)
//   kRefresh  the server refused the credentials: get others
//                            -> action = call.OnRefreshed(whether there may be others, now)
//   kWait     let time pass  -> action = call.OnWaited(now), or call.GiveUp()
//   kDone     the call has its answer
//
// Threads:  one at a time.
#ifndef VSS_CLIENT_CALL_H_
#define VSS_CLIENT_CALL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/verdict.h"
#include "vss/client_error.h"
#include "vss/clock.h"
#include "vss/entropy.h"
#include "vss/http.h"
#include "vss/retry.h"

namespace vss::client {

struct Action {
  enum class Kind { kSend, kRefresh, kWait, kDone };
  Kind kind = Kind::kDone;
  std::string_view operation = {};  // kSend: the last part of the path.
  std::string body = {};            // kSend.
  Duration time = {};               // kSend: for the reply at most.  kWait: how long.
};

// What all calls of a client have in common.
struct CallRules {
  std::string store_id;
  RetryPolicy retry = {};
  Duration attempt_time_max = {};
  MissingProtocolVersion missing = MissingProtocolVersion::kRefused;
  std::size_t list_bytes_max = 0;
};

class Call {
 public:
  // `rules` and `entropy` outlive the call.
  Call(const CallRules& rules, Entropy& entropy, SteadyTime deadline)
      : rules_(rules), entropy_(entropy), deadline_(deadline) {}
  virtual ~Call() = default;

  Action Begin(SteadyTime now) { return SendNow(now); }
  Action OnReply(const Reply& reply, SteadyTime now);
  Action OnNoCredentials(Error error, SteadyTime now);
  Action OnRefreshed(bool has_others, SteadyTime now);
  Action OnWaited(SteadyTime now) { return SendNow(now); }
  Action GiveUp();             // Nothing can be sent any more.
  Action Refuse(Error error);  // Instead of beginning.

  SteadyTime deadline() const { return deadline_; }

 protected:
  struct Outgoing {
    std::string_view operation;
    std::string body;
  };
  // What is to be sent next.
  virtual Outgoing NextRequest() = 0;
  // `verdict` is never a refusal of credentials that could be replaced.
  virtual Action OnVerdict(Verdict verdict, const std::string& body, SteadyTime now) = 0;
  // The call ends with this error.
  virtual void Fail(Error error) = 0;

  Action SendNow(SteadyTime now);
  // After a success, which is no attempt.
  Action SendFurther(SteadyTime now);
  // After the wait that the policy wants; fails with `error` if it wants no more.
  Action SendAgain(Error error, SteadyTime now);
  Action FailWith(Error error);
  const CallRules& rules() const { return rules_; }

 private:
  Error OutOfTime() const;

  const CallRules& rules_;
  Entropy& entropy_;
  const SteadyTime deadline_;
  int attempts_ = 0;
  int requests_ = 0;
  Duration waited_ = {};
  bool has_refreshed_ = false;
  std::optional<Error> last_error_ = std::nullopt;  // Since the last success.
};

Error UnreadableReply();

}  // namespace vss::client

#endif  // VSS_CLIENT_CALL_H_
