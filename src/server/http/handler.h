// What a listener does with the requests it reads.
//
// A request is taken in two steps, because the first must not cost what the second does: the head
// decides whether the body is read at all, and how much of it.
//
//   head -> OnHead -> answer at once, the body is not read (unknown route, bad credentials, limits)
//                  -> Accepted: the body is read, then `serve` gets it and answers when it can
#ifndef VSS_SERVER_HTTP_HANDLER_H_
#define VSS_SERVER_HTTP_HANDLER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/expected.h"
#include "base/then.h"

namespace vss::server {

// Valid until OnHead returns.
class RequestHead {
 public:
  virtual ~RequestHead() = default;
  virtual std::string_view Method() const = 0;
  virtual std::string_view Path()
      const = 0;  // As sent: no decoding; without query, scheme or host.
  // The value of the header `name` (any case), without surrounding blanks.  If it was sent more
  // than once, the last one.  A value with bytes outside printable ASCII and tab reads as empty.
  virtual std::optional<std::string_view> Header(std::string_view name) const = 0;
  // Of the body, if it was announced.
  virtual std::optional<std::uint64_t> ContentLength() const = 0;
  // The address of the client, taken from a header if a trusted proxy is in between.
  virtual std::string_view ClientAddress() const = 0;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};  // Beyond those of every answer.
  // The body is `body` and then `tail`: a stored value goes out without being copied behind the
  // bytes in front of it.
  std::string body = {};
  std::string tail = {};
  bool close = false;  // Close the connection after this answer.
};

struct Accepted {
  // Reads may overlap with the reads before them on the same connection; anything else waits until
  // all that came before has been answered.
  bool is_read = false;
  std::uint64_t body_bytes_max = 0;
  // Called once with the whole body, in a turn of the connection's loop.  A Failure becomes the
  // answer that OnFailure gives.
  std::function<void(std::string body, Then<Response> then)> serve;
};

// Why the HTTP layer itself refuses a request, so that even such an answer has the service's form.
enum class Refusal {
  kMalformed,           // 400: not HTTP, or ambiguous framing.
  kHeadTooLarge,        // 431
  kTargetTooLong,       // 414
  kBodyTooLarge,        // 413
  kHeadTimeout,         // 408
  kBodyTimeout,         // 408
  kOverloaded,          // 503: no room for the body of this request now.
  kTooManyConnections,  // 503
};

// Threads: every method, any thread.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual Expected<Accepted, Response> OnHead(const RequestHead& head) = 0;
  // The answer to a request that never reached OnHead, or whose body was refused.
  virtual Response OnRefusal(Refusal refusal) = 0;
  virtual Response OnFailure(const Failure& failure) = 0;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_HANDLER_H_
