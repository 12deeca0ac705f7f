// Tokens, and the JSON inside them.

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/json_fields.h"
#include "auth/jwt.h"
#include "base/bytes.h"
#include "base/check.h"
#include "crypto/base64.h"

namespace {

using vss::auth::JsonField;
using vss::auth::JsonShape;

constexpr std::string_view kPublicKey =
    "-----BEGIN PUBLIC KEY-----"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuBfhO9VrwOESKSXWCnSB"
    "y/OQ08ByY2F5+qj9Qd0wH0kOHKyMR34W51+8DEKWuDri/AD2VQ5m/SH8XdtHBsit"
    "ZYAFzBjAyBaDd/XOtlEtas3NGyG3kKWgz8g7UWPKAO/FyhrDmD0LFKDpTK2hIRY1"
    "sSu3xt3Qxqv5H1Oy75jii8R4SV/4mduFQGzb0a/OuEvczZ6urupkxQHIB55Sv3aj"
    "0Zd/HotauVifrMx41a2WUTjIFRSkyUxllCaQdmDtqOBh2j8yLvbllpwOUbPAjI5U"
    "E8KbqRqJSWaPCpn/dMOkpba1wH0u8suNKMRn+7gjUih+ocB2Skf32idWcHi3/jtY"
    "hQIDAQAB"
    "-----END PUBLIC KEY-----";

vss::auth::JwtScheme MakeScheme() {
  std::vector<vss::crypto::RsaPublicKey> keys;
  keys.push_back(vss::crypto::RsaPublicKey::Parse(kPublicKey).value());
  return vss::auth::JwtScheme(std::move(keys));
}

// The one subject that was ever signed by this key is alice.
void CheckToken(std::string_view header) {
  static const vss::auth::JwtScheme kScheme = MakeScheme();
  const auto proof = kScheme.Verify(header, 1'700'000'000);
  if (proof) CHECK(proof->tenant == "alice");
}

void CheckBase64(std::string_view text) {
  const auto bytes = vss::crypto::DecodeBase64(text, vss::crypto::Base64::kUrl);
  if (!bytes) return;
  CHECK(vss::crypto::EncodeBase64(vss::BytesOf(*bytes), vss::crypto::Base64::kUrl) == text);
}

// A field that is read is what a parser finds that keeps everything.
void CheckField(const nlohmann::json& object, const JsonField& field) {
  const std::string name(field.name);
  CHECK(object.contains(name) == (field.type != JsonField::Type::kAbsent));
  if (field.type == JsonField::Type::kString) CHECK(object[name] == field.text);
  if (field.type == JsonField::Type::kUnsigned) CHECK(object[name] == field.number);
  if (field.type == JsonField::Type::kNull) CHECK(object[name].is_null());
}

void CheckJson(std::string_view json) {
  std::vector<JsonField> fields = {{.name = "sub"}, {.name = "exp"}, {.name = "aud"}};
  const JsonShape shape = vss::auth::ReadFields(json, fields);
  if (shape == JsonShape::kNotJson) return;
  const auto kept = nlohmann::json::parse(json, nullptr, false);
  CHECK(!kept.is_discarded());
  CHECK(kept.is_object() == (shape == JsonShape::kObject));
  if (!kept.is_object()) return;
  for (const JsonField& field : fields) CheckField(kept, field);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = vss::TextOf({data, size});
  CheckToken(input);
  CheckBase64(input);
  CheckJson(input);
  return 0;
}
