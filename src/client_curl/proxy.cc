#include "client_curl/proxy.h"

#include <curl/curl.h>

#include <memory>

#include "base/check.h"
#include "client/text.h"
#include "client/url.h"

namespace vss::client {

std::string HostOf(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parts(curl_url(), curl_url_cleanup);
  CHECK(parts != nullptr);
  char* host = nullptr;
  if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parts.get(), CURLUPART_HOST, &host, CURLU_URLDECODE) != CURLUE_OK) {
    return {};
  }
  const std::unique_ptr<char, void (*)(void*)> owner(host, curl_free);
  return ToLower(host);
}

std::string ProxyFor(const std::string& url, const std::string& proxy) {
  return IsLoopback(HostOf(url)) ? std::string() : proxy;
}

}  // namespace vss::client
