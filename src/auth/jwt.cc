#include "auth/jwt.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "auth/json_fields.h"
#include "base/check.h"
#include "core/tenant.h"
#include "core/utf8.h"
#include "crypto/base64.h"

namespace vss::auth {
namespace {

// header    = "Bearer " part "." part "." part
// part      = base64url without padding
//
// The parts are a JSON object with "alg": "RS256", the claims, and a signature over the characters
// of the first two with the dot between them.
//
// claim   rule
// -----   ------------------------------------------------------------------------
// sub     a string: the tenant
// exp     an integer from 0 to 2^64-1, without fraction or exponent: Unix time
// aud     absent or null: there is no way to tell this server its audience
// any other claim is ignored
struct Claims {
  std::string subject;
  UnixSeconds expires = 0;
  bool has_audience = false;
};

struct Parts {
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
  std::string_view signed_text;
};

std::optional<Parts> Split(std::string_view token) {
  if (std::ranges::count(token, '.') != 2) return std::nullopt;
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  return Parts{.header = token.substr(0, first),
               .claims = token.substr(first + 1, second - first - 1),
               .signature = token.substr(second + 1),
               .signed_text = token.substr(0, second)};
}

Result<Done> CheckHeader(std::string_view part) {
  const auto json = crypto::DecodeBase64(part, crypto::Base64::kUrl);
  if (!json) return Denied("Header base64 decode failed");
  std::vector<JsonField> fields = {{.name = "alg"}};
  const JsonShape shape = ReadFields(*json, fields);
  if (shape == JsonShape::kNotJson) return Denied("Header json decode failed");
  const JsonField& algorithm = fields[0];
  if (shape != JsonShape::kObject || algorithm.type != JsonField::Type::kString ||
      algorithm.text != "RS256") {
    return Denied("alg: RS256 not found in header");
  }
  return Done{};
}

Result<Done> CheckSignature(const std::vector<crypto::RsaPublicKey>& keys, const Parts& parts) {
  const auto signature = crypto::DecodeBase64(parts.signature, crypto::Base64::kUrl);
  if (!signature) return Denied("Signature base64 decode failed");
  const bool is_genuine = std::ranges::any_of(keys, [&](const crypto::RsaPublicKey& key) {
    return key.Verify(BytesOf(parts.signed_text), BytesOf(*signature));
  });
  if (!is_genuine) return Denied("RSA verification failed");
  return Done{};
}

Result<Claims> ReadClaims(std::string_view part) {
  using Type = JsonField::Type;
  const auto json = crypto::DecodeBase64(part, crypto::Base64::kUrl);
  if (!json) return Denied("Claims base64 decode failed");
  std::vector<JsonField> fields = {{.name = "sub"}, {.name = "exp"}, {.name = "aud"}};
  const JsonShape shape = ReadFields(*json, fields);
  const auto& [subject, expires, audience] = std::tie(fields[0], fields[1], fields[2]);
  const bool has_audience = audience.type == Type::kString;
  const bool has_none = audience.type == Type::kAbsent || audience.type == Type::kNull;
  if (shape != JsonShape::kObject || subject.type != Type::kString ||
      expires.type != Type::kUnsigned || !(has_audience || has_none)) {
    return Denied("Claims json decode failed");
  }
  return Claims{subject.text, expires.number, has_audience};
}

bool CanBeTenant(std::string_view subject) {
  return !subject.empty() && CodePoints(subject) <= kTenantCodePointsMax &&
         subject.find('\0') == std::string_view::npos && !IsReservedTenant(subject);
}

Result<Proof> ProofOf(Claims claims, UnixSeconds now) {
  constexpr UnixSeconds kEnd = std::numeric_limits<UnixSeconds>::max();
  Proof proof = {.tenant = std::move(claims.subject),
                 .from = 0,
                 .until = claims.expires + std::min(kEnd - claims.expires, kJwtLeeway)};
  if (!proof.CountsAt(now)) return Denied("The token is expired");
  if (claims.has_audience) {
    return Denied("Audience is set, but we don't know what audience we should expect");
  }
  if (!CanBeTenant(proof.tenant)) {
    return Denied("The subject is empty, reserved, has a NUL or more than 120 characters");
  }
  return proof;
}

}  // namespace

JwtScheme::JwtScheme(std::vector<crypto::RsaPublicKey> keys) : keys_(std::move(keys)) {
  CHECK(!keys_.empty());
}

Result<Proof> JwtScheme::Verify(std::string_view header, UnixSeconds now) const {
  if (!header.starts_with(kBearer)) return Denied("Invalid token format.");
  const std::string_view token = header.substr(kBearer.size());
  if (token.size() > kJwtBytesMax) return Denied("Token is too long");
  const std::optional<Parts> parts = Split(token);
  if (!parts) return Denied("Token does not have three parts");
  VSS_RETURN_IF_FAILED(CheckHeader(parts->header));
  VSS_RETURN_IF_FAILED(CheckSignature(keys_, *parts));
  VSS_TRY(Claims claims, ReadClaims(parts->claims));
  return ProofOf(std::move(claims), now);
}

std::string SignJwt(const crypto::RsaPrivateKey& key, std::string_view claims) {
  const auto encode = [](std::string_view bytes) {
    return crypto::EncodeBase64(BytesOf(bytes), crypto::Base64::kUrl);
  };
  const std::string text = encode(R"({"typ":"JWT","alg":"RS256"})") + '.' + encode(claims);
  return text + '.' + encode(key.Sign(BytesOf(text)));
}

}  // namespace vss::auth
