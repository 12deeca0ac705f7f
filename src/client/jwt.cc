#include "client/jwt.h"

#include <string>
#include <vector>

#include "auth/json_fields.h"
#include "crypto/base64.h"

namespace vss::client {
namespace {

using auth::JsonField;

std::optional<std::string> Decode(std::string_view part) {
  return crypto::DecodeBase64(part, crypto::Base64::kUrl);
}

}  // namespace

Result<JwtExpiry> ParseJwt(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == last) return Corrupt("the token does not have three parts");
  const auto payload = Decode(token.substr(first + 1, last - first - 1));
  if (!payload || !Decode(token.substr(0, first)) || !Decode(token.substr(last + 1))) {
    return Corrupt("a part of the token is not base64");
  }
  std::vector<JsonField> fields = {{.name = "exp"}};
  if (auth::ReadFields(*payload, fields) != auth::JsonShape::kObject) {
    return Corrupt("the token holds no JSON object");
  }
  switch (fields[0].type) {
    case JsonField::Type::kAbsent:
    case JsonField::Type::kNull:
      return JwtExpiry{};
    case JsonField::Type::kUnsigned:
      return JwtExpiry{fields[0].number};
    default:
      return Corrupt("the token says in no known way when it expires");
  }
}

}  // namespace vss::client
