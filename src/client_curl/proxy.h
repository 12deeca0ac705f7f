// Which proxy a URL is reached through.
#ifndef VSS_CLIENT_CURL_PROXY_H_
#define VSS_CLIENT_CURL_PROXY_H_

#include <string>

namespace vss::client {

// As libcurl will read it, in lower case; empty if it cannot.
std::string HostOf(const std::string& url);

// `proxy`, or none where the server is on this machine: what goes there in clear text leaves it
// with a proxy, and the proxy's own machine is another one.
std::string ProxyFor(const std::string& url, const std::string& proxy);

}  // namespace vss::client

#endif  // VSS_CLIENT_CURL_PROXY_H_
