// HttpServer: listens, accepts, and spreads connections over its threads.
//
//   bytes -> RequestReader -> HttpHandler::OnHead -> body -> Accepted::serve -> bytes
//
// Threads:   Make, Start, Stop and the destructor on one thread, none of the server's own;
//            ReloadCertificates on any.  Handlers are called on the server's threads.
// Lifetime:  everything given to Make outlives the server.  Answers may come after it has gone;
//            they are dropped.
#ifndef VSS_SERVER_HTTP_HTTP_SERVER_H_
#define VSS_SERVER_HTTP_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "server/http/http_observer.h"
#include "server/http/http_options.h"

namespace vss::server {

class HttpServer final {
 public:
  // Binds every address.  Clients may connect from now on, and are answered after Start.
  static Result<std::unique_ptr<HttpServer>> Make(const HttpOptions& options,
                                                  const std::vector<ListenerOptions>& listeners,
                                                  const Clock& clock, Log& log,
                                                  HttpObserver& observer);
  ~HttpServer();  // Stops.

  void Start();
  // Accepts no more, lets what is under way finish for as long as the options allow, and returns
  // when the threads have ended.
  void Stop();

  // Reads every listener's certificate and key again.  A pair that is of no use is logged, and the
  // old one stays.  Happens by itself a few seconds after a file changed.
  void ReloadCertificates();

  // The port that the listener, in the order given to Make, listens on.
  std::uint16_t PortOf(std::size_t listener) const;
  std::size_t Connections() const;
  std::uint64_t BytesInFlight() const;

 private:
  class Body;
  explicit HttpServer(std::unique_ptr<Body> body);

  const std::unique_ptr<Body> body_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_HTTP_SERVER_H_
