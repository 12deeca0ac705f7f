#include "server/http/cors.h"

#include <algorithm>

#include "server/http/ascii.h"

namespace vss::server {
namespace {

constexpr const char* kEveryOrigin = "*";

bool IsListOfNames(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsTokenCharacter(c) || c == ',' || c == ' '; });
}

}  // namespace

std::string CorsPolicy::AllowedOrigin(const ParsedHead& head) const {
  if (origins_.empty()) return "";
  const auto origin = head.Last("origin");
  if (!origin) return "";
  for (const std::string& allowed : origins_) {
    if (allowed == kEveryOrigin || allowed == *origin) return allowed;
  }
  return "";
}

std::optional<Response> CorsPolicy::AnswerPreflight(const ParsedHead& head) const {
  if (head.method != "OPTIONS" || AllowedOrigin(head).empty()) return std::nullopt;
  if (!head.Last("access-control-request-method")) return std::nullopt;

  Response response = {.status = 204};
  response.headers.emplace_back("access-control-allow-methods", "POST");
  // Credentials travel in headers of the wallet's choice, so whatever is asked for is allowed.
  const auto names = head.Last("access-control-request-headers");
  if (names && !names->empty() && IsListOfNames(*names)) {
    response.headers.emplace_back("access-control-allow-headers", *names);
  }
  response.headers.emplace_back("access-control-max-age", "7200");
  return response;
}

}  // namespace vss::server
