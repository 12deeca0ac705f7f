// Where the server is.
#ifndef VSS_BENCH_LOAD_ENDPOINT_H_
#define VSS_BENCH_LOAD_ENDPOINT_H_

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "base/failure.h"

namespace vss::bench {

struct Endpoint {
  bool is_tls = false;
  std::string host;
  std::string authority;  // host:port, for the Host header.
  std::string path;       // In front of /getObject: "/vss".
  sockaddr_storage address{};
  socklen_t address_size = 0;
};

// `http[s]://host[:port][/path]`, looked up once.
Result<Endpoint> ParseEndpoint(std::string_view url);

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_ENDPOINT_H_
