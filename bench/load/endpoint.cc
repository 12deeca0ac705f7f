#include "bench/load/endpoint.h"

#include <netdb.h>

#include <cstring>

namespace vss::bench {

Result<Endpoint> ParseEndpoint(std::string_view url) {
  Endpoint endpoint;
  endpoint.is_tls = url.starts_with("https://");
  if (!endpoint.is_tls && !url.starts_with("http://")) return Invalid("not an http(s) URL");
  url.remove_prefix(endpoint.is_tls ? 8 : 7);
  const std::size_t slash = url.find('/');
  endpoint.authority = url.substr(0, slash);
  if (slash != std::string_view::npos) endpoint.path = url.substr(slash);
  while (endpoint.path.ends_with('/')) endpoint.path.pop_back();

  const std::size_t colon = endpoint.authority.rfind(':');
  const bool has_port = colon != std::string::npos && !endpoint.authority.ends_with(']');
  endpoint.host = endpoint.authority.substr(0, has_port ? colon : std::string::npos);
  std::string port = endpoint.is_tls ? "443" : "80";
  if (has_port) port = endpoint.authority.substr(colon + 1);
  std::string name = endpoint.host;
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);

  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(name.c_str(), port.c_str(), &hints, &found); error != 0) {
    return Invalid(endpoint.authority + ": " + gai_strerror(error));
  }
  std::memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
  endpoint.address_size = found->ai_addrlen;
  freeaddrinfo(found);
  return endpoint;
}

}  // namespace vss::bench
