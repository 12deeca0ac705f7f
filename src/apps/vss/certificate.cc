#include "apps/vss/certificate.h"

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string_view>

#include "client_curl/proxy.h"

namespace vss::apps {
namespace {

// What libcurl says about the first certificate of the chain, the server's own.
std::optional<WallTime> EndOf(const curl_certinfo& chain) {
  constexpr std::string_view kName = "Expire date:";
  if (chain.num_of_certs < 1) return std::nullopt;
  for (const curl_slist* line = chain.certinfo[0]; line != nullptr; line = line->next) {
    const std::string_view text = line->data;
    if (!text.starts_with(kName)) continue;
    const std::time_t end = curl_getdate(text.data() + kName.size(), nullptr);
    if (end > 0) return WallTime(std::chrono::seconds(end));
  }
  return std::nullopt;
}

}  // namespace

std::optional<WallTime> CertificateEnd(const std::string& url, const client::CurlOptions& options) {
  const std::unique_ptr<CURL, void (*)(CURL*)> easy(curl_easy_init(), curl_easy_cleanup);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(options.connect_time_max).count();
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, client::ProxyFor(url, options.proxy).c_str());
  curl_easy_setopt(easy.get(), CURLOPT_NOPROXY, "");
  if (!options.ca_file.empty()) {
    curl_easy_setopt(easy.get(), CURLOPT_CAINFO, options.ca_file.c_str());
  }
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(milliseconds));
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_CERTINFO, 1L);
  curl_certinfo* chain = nullptr;
  if (curl_easy_perform(easy.get()) != CURLE_OK ||
      curl_easy_getinfo(easy.get(), CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == nullptr) {
    return std::nullopt;
  }
  return EndOf(*chain);
}

}  // namespace vss::apps
