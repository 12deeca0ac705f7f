// What keeps web pages away from a service without authentication.
//
// Listening on loopback keeps other machines out, but not the browser on this one: any page it
// shows may send requests to 127.0.0.1, and a name of the page's own that comes to mean 127.0.0.1
// lets it read the answers too.  Browsers say where a request comes from (Origin) and whom it is
// for (Host); what is neither ours nor local is refused.  Wallets and tools send no Origin.
#ifndef VSS_SERVER_HTTP_LOCAL_ONLY_H_
#define VSS_SERVER_HTTP_LOCAL_ONLY_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/handler.h"

namespace vss::server {

// Whether `host`, as in a Host header, names this machine: localhost, 127.x.y.z or [::1], with or
// without a port.
bool IsLocalHost(std::string_view host);

// Threads: any.
class LocalOnly final {
 public:
  // `origins` may send requests all the same (cors.h).
  explicit LocalOnly(std::vector<std::string> origins = {}) : origins_(std::move(origins)) {}

  bool Admits(const RequestHead& head) const;

 private:
  std::vector<std::string> origins_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_LOCAL_ONLY_H_
