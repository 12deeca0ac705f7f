// How long a server's certificate is good for.
#ifndef VSS_APPS_VSS_CERTIFICATE_H_
#define VSS_APPS_VSS_CERTIFICATE_H_

#include <optional>
#include <string>

#include "base/clock.h"
#include "vss/curl.h"

namespace vss::apps {

// On a connection of its own, on which nothing is sent.  Nullopt if that does not tell.
std::optional<WallTime> CertificateEnd(const std::string& url, const client::CurlOptions& options);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_CERTIFICATE_H_
