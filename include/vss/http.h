// HTTP as the client library sees it: a request goes out, a reply or a reason comes back.
//
// The library opens no socket of its own.  A Transport does; vss/curl.h has one on libcurl, and a
// phone, a browser or a test brings another.
#ifndef VSS_HTTP_H_
#define VSS_HTTP_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vss/expected.h"
#include "vss/failure.h"
#include "vss/then.h"

namespace vss::client {

using Duration = std::chrono::microseconds;

// Header fields.  Names are compared without regard to case, and each stands here once.
class Headers final {
 public:
  using Field = std::pair<std::string, std::string>;

  // In place of any of that name.  kInvalid, and unchanged, if it is not a field: the name is
  // empty or not a token (RFC 9110), or the value holds CR, LF or NUL.
  Result<Done> Set(std::string_view name, std::string_view value);
  // Nullptr if there is none of that name.
  const std::string* Find(std::string_view name) const;
  // Every field of `others`, in place of any of the same name.
  void SetAll(const Headers& others);

  const std::vector<Field>& Fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

struct HttpRequest {
  std::string method;  // "POST" or "GET".
  std::string url;
  Headers headers = {};
  std::string body = {};
  Duration time_max = std::chrono::seconds(30);  // From Send until the last byte of the reply.
  std::size_t reply_bytes_max = std::size_t{64} << 20;  // A larger body is a TransportFailure.
};

struct HttpReply {
  int status = 0;
  Headers headers = {};
  std::string body = {};
};

// Why there is no reply.
struct TransportFailure {
  enum class Reached {
    kNo,     // Not one byte of the request has left.
    kMaybe,  // The server may have received the request, and may still act on it.
  };
  // What the same request may come to later.
  enum class Outlook {
    kMayPass,
    kNoSuchName,  // The server's name does not resolve: there is none, or no network yet.
    kFinal,       // The server's certificate does not verify.  Nothing is sent again.
  };
  Reached reached = Reached::kMaybe;
  std::string message = {};
  Outlook outlook = Outlook::kMayPass;
};

// Threads:  Send and Wait from any thread.  `then` runs exactly once, on any thread, possibly
//           before the method returns.
// Stopping: whoever destroys a transport gets every `then` called first.
//
// A transport does not follow redirects, and sends a request once: the library decides what is
// tried again.  It never asks a name server for a *.onion name.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void Send(HttpRequest request, Then<HttpReply, TransportFailure> then) = 0;
  // Answers when `time` has passed, or when the transport stops.
  virtual void Wait(Duration time, Then<Done> then) = 0;
  // Whether it is the caller's thread that brings the answers.
  virtual bool IsOwnThread() const { return false; }
};

}  // namespace vss::client

#endif  // VSS_HTTP_H_
