// Which web pages may use the service from a browser (Cross-Origin Resource Sharing).
//
// A browser asks first ("preflight": OPTIONS with the method it wants to use), and shows an answer
// to the page only if the answer names the page's origin.  Off unless origins are configured.
#ifndef VSS_SERVER_HTTP_CORS_H_
#define VSS_SERVER_HTTP_CORS_H_

#include <optional>
#include <string>
#include <vector>

#include "server/http/handler.h"
#include "server/http/request_reader.h"

namespace vss::server {

class CorsPolicy final {
 public:
  CorsPolicy() = default;
  // Origins as browsers send them, "https://wallet.example"; or "*" for all.
  explicit CorsPolicy(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  // What the answer says in access-control-allow-origin, or "" if it says nothing.
  std::string AllowedOrigin(const ParsedHead& head) const;
  // The answer to a preflight of an allowed origin; nullopt for every other request.
  std::optional<Response> AnswerPreflight(const ParsedHead& head) const;

 private:
  std::vector<std::string> origins_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_CORS_H_
