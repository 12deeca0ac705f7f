// What a call of the client library answers when it has no answer.
#ifndef VSS_CLIENT_ERROR_H_
#define VSS_CLIENT_ERROR_H_

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "vss/expected.h"
#include "vss/failure.h"
#include "vss/then.h"

namespace vss::client {

// Act on `kind`, show `message`.  The kinds, as a client meets them:
//
//   kInvalid      the request, or how the client is set up, is wrong.  Fix it.
//   kDenied       the server does not accept these credentials.
//   kThrottled    this user asks for too much.  Wait (`retry_after`).
//   kOverloaded   the server, or the queue of this client, is full.  Wait.
//   kUnavailable  no usable reply came in all attempts.  Nothing was changed.
//   kInDoubt      a write may or may not have been applied, and reading back did not tell.  Read
//                 before writing again.
//   kCorrupt      what came back cannot be a reply of a VSS server to this request, or does not
//                 open with this key.  Stop and tell somebody; never take it for an empty store.
struct Error {
  Kind kind;
  std::string message;      // For people.  Never holds a secret, a key of the store or a value.
  std::string detail = {};  // For logs: what the server or the system said.
  std::optional<std::chrono::seconds> retry_after = std::nullopt;
  int server_code = 0;  // The ErrorCode of the last reply; 0: none.
  int http_status = 0;  // Of the last reply; 0: none came.
  int attempts = 0;     // How many requests were sent, those that read back included.
  bool may_have_been_applied = false;  // Only after writes.
};

template <typename T>
using Answer = Expected<T, Error>;

template <typename T>
using ThenAnswer = Then<T, Error>;

inline Error ErrorOf(Failure failure) {
  return {.kind = failure.kind,
          .message = std::move(failure.message),
          .detail = std::move(failure.detail),
          .retry_after = failure.retry_after};
}

}  // namespace vss::client

#endif  // VSS_CLIENT_ERROR_H_
