// A Transport on libcurl: one thread, many connections, kept and used again; HTTP/2 where a server
// offers it.
//
// TLS certificates are always verified.  Redirects are not followed: a 3xx is a reply like any
// other.  Neither the environment's proxies nor ~/.netrc are used, and no proxy for a server on
// this machine.  Onion services (*.onion) are
// reached through a proxy that gets the name, socks5h:// or socks4a://; without one nothing is
// sent.
//
// Sizes:  replies up to HttpRequest::reply_bytes_max, their headers up to 256 KiB and 200 fields.
#ifndef VSS_CURL_H_
#define VSS_CURL_H_

#include <chrono>
#include <memory>
#include <string>

#include "vss/client.h"
#include "vss/http.h"

namespace vss::client {

struct CurlOptions {
  std::string ca_file = {};  // PEM; empty: what the system trusts.
  // "socks5h://127.0.0.1:9050" for Tor, "http://proxy:3128"; empty: none.
  std::string proxy = {};
  int connections_max = 8;  // To one host at a time; further requests wait.
  Duration connect_time_max = std::chrono::seconds(10);
};

// Threads:   as Transport; `then` runs on the transport's own thread, or, if nothing can be sent,
//            before Send returns.
// Stopping:  the destructor breaks off what is under way, answers it, and joins the thread.  It
//            must not run on that thread.
class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(CurlOptions options = {});
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  void Send(HttpRequest request, Then<HttpReply, TransportFailure> then) override;
  void Wait(Duration time, Then<Done> then) override;
  bool IsOwnThread() const override;

 private:
  class Driver;
  std::unique_ptr<Driver> driver_;
};

}  // namespace vss::client

#endif  // VSS_CURL_H_
