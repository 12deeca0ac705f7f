// What an HttpServer tells about its work, for metrics.  Every method does nothing by default.
#ifndef VSS_SERVER_HTTP_HTTP_OBSERVER_H_
#define VSS_SERVER_HTTP_HTTP_OBSERVER_H_

#include <cstdint>

namespace vss::server {

struct FinishedRequest {
  int status;
  std::uint64_t bytes_in;   // Of the body.
  std::uint64_t bytes_out;  // Of the body.
};

enum class Timeout { kHead, kBody, kIdle, kWrite };

// Threads: every method, any thread; they must be quick.
class HttpObserver {
 public:
  virtual ~HttpObserver() = default;
  virtual void OnConnectionOpened() {}
  virtual void OnConnectionClosed() {}
  virtual void OnConnectionRefused() {}
  virtual void OnHandshakeFailed() {}                // The client does not speak TLS, or not ours.
  virtual void OnRequest(const FinishedRequest&) {}  // Refused requests too.
  virtual void OnTimeout(Timeout) {}
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_HTTP_OBSERVER_H_
