// What a reply, or the lack of one, means for the request that it answers.
#ifndef VSS_CLIENT_VERDICT_H_
#define VSS_CLIENT_VERDICT_H_

#include <string>

#include "vss/client_error.h"
#include "vss/http.h"

namespace vss::client {

using Reply = Expected<HttpReply, TransportFailure>;

struct Verdict {
  enum class Kind { kOk, kConflict, kNoSuchKey, kFailed };
  Kind kind = Kind::kFailed;
  // The rest is for kFailed.  The error lacks only what it took to get here.
  Error error = {};
  bool may_try_again = false;
  bool nothing_happened = false;  // If the request was a write.
};

enum class MissingProtocolVersion { kRefused, kAllowed };

// The protocol's version is looked at first, then status and body:
//
//   no reply                            try again, unless that is in vain
//   3xx                                 kInvalid: redirects are not followed
//   another version than "0"            kCorrupt
//   none; 408, 425, 429, 5xx            try again: something in front of the server
//   none; 401, 403                      kDenied
//   none; any other                     kCorrupt, unless allowed
//   2xx                                 kOk
//   CONFLICT, NO_SUCH_KEY               answers
//   INVALID_REQUEST                     kInvalid
//   AUTH                                kDenied
//   INTERNAL_SERVER 429                 kThrottled: try again, nothing happened
//   INTERNAL_SERVER 503, Retry-After    kOverloaded: likewise
//   any other 5xx, 408, 425             try again
//   any other 401, 403, 429, 4xx        as the status says
Verdict Judge(const Reply& reply, MissingProtocolVersion missing);

}  // namespace vss::client

#endif  // VSS_CLIENT_VERDICT_H_
