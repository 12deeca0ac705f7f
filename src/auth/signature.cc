#include "auth/signature.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>

#include "crypto/hex.h"
#include "crypto/sha256.h"

namespace vss::auth {
namespace {

// header    = key signature time
// key       = 66 lower-case hex digits: the compressed public key
// signature = 128 hex digits: r and s
// time      = ["+"] 1*digit: Unix time in seconds, below 2^64
//
// Signed is the SHA-256 of the salt, the 33 bytes of the key, and the characters of the time.
//
// The key is lower-case because it becomes the tenant's name as it is: in upper case the same
// wallet would be somebody else.
constexpr std::size_t kKeyDigits = 66;
constexpr std::size_t kSignatureDigits = 128;
constexpr std::string_view kSalt =
    "VSS Signature Authorizer Signing Salt Constant..................";
static_assert(kSalt.size() == 64);

crypto::Digest DigestOf(const crypto::CompressedKey& key, std::string_view time) {
  return crypto::Sha256({BytesOf(kSalt), key, BytesOf(time)});
}

bool IsAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::optional<UnixSeconds> ParseTime(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  UnixSeconds time = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, time);
  if (error != std::errc() || stop != end) return std::nullopt;
  return time;
}

// What is wrong, or nullptr.
const char* ProblemWith(crypto::EcdsaVerdict verdict) {
  switch (verdict) {
    case crypto::EcdsaVerdict::kValid:
      return nullptr;
    case crypto::EcdsaVerdict::kBadKey:
      return "Authorization header has bad pubkey";
    case crypto::EcdsaVerdict::kBadSignature:
      return "Authorization header has bad sig";
    case crypto::EcdsaVerdict::kInvalid:
      return "Signature was invalid";
  }
  return "Signature was invalid";
}

Proof ProofOf(std::string_view tenant, UnixSeconds time) {
  constexpr UnixSeconds kEnd = std::numeric_limits<UnixSeconds>::max();
  return {.tenant = std::string(tenant),
          .from = time - std::min(time, kSignatureWindow),
          .until = time + std::min(kEnd - time, kSignatureWindow)};
}

}  // namespace

Result<Proof> SignatureScheme::Verify(std::string_view header, UnixSeconds now) const {
  if (header.size() <= kKeyDigits + kSignatureDigits) {
    return Denied("Authorization header has wrong length");
  }
  if (!IsAscii(header)) return Denied("Authorization header has bogus chars");

  const std::string_view key_hex = header.substr(0, kKeyDigits);
  const std::string_view signature_hex = header.substr(kKeyDigits, kSignatureDigits);
  const std::string_view time_text = header.substr(kKeyDigits + kSignatureDigits);
  crypto::CompressedKey key;
  crypto::CompactSignature signature;
  if (!crypto::DecodeHex(key_hex, crypto::HexCase::kLower, key) ||
      !crypto::DecodeHex(signature_hex, crypto::HexCase::kAny, signature)) {
    return Denied("Authorization header is not hex");
  }
  const std::optional<UnixSeconds> time = ParseTime(time_text);
  if (!time) return Denied("Time is not an integer");
  Proof proof = ProofOf(key_hex, *time);
  if (!proof.CountsAt(now)) return Denied("Time is too far from now");

  const auto verdict = crypto::VerifyEcdsa(key, DigestOf(key, time_text), signature);
  if (const char* problem = ProblemWith(verdict)) return Denied(problem);
  return proof;
}

bool IsSignatureTenant(std::string_view tenant) {
  crypto::CompressedKey key;
  return crypto::DecodeHex(tenant, crypto::HexCase::kLower, key) && (key[0] == 2 || key[0] == 3);
}

std::string SignatureCredentials::Tenant() const { return crypto::EncodeHex(key_.PublicKey()); }

std::string SignatureCredentials::HeaderAt(UnixSeconds now) const {
  const std::string time = std::to_string(now);
  return Tenant() + crypto::EncodeHex(key_.Sign(DigestOf(key_.PublicKey(), time))) + time;
}

}  // namespace vss::auth
