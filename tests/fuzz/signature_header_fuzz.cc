// Signature headers.  Nothing is accepted but what the key in the header has signed.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "auth/signature.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/entropy.h"

namespace {

constexpr vss::auth::UnixSeconds kNow = 1'700'000'000;

vss::auth::SignatureCredentials MakeCredentials() {
  vss::crypto::Secret<32> secret;
  for (std::uint8_t& byte : secret.Writable()) byte = 0x2a;
  vss::SystemEntropy entropy;
  return vss::auth::SignatureCredentials(
      *vss::crypto::SigningKey::Make(std::move(secret), entropy));
}

// Whatever is accepted is named after its key and counts now.
void CheckAnyHeader(std::string_view header) {
  const auto proof = vss::auth::SignatureScheme().Verify(header, kNow);
  if (!proof) return;
  CHECK(proof->tenant == header.substr(0, 66));
  CHECK(vss::auth::IsSignatureTenant(proof->tenant));
  CHECK(proof->CountsAt(kNow));
}

// `edits` are pairs of a position in a valid header and what to put there.
void CheckEditedHeader(std::string_view edits) {
  static const vss::auth::SignatureCredentials kCredentials = MakeCredentials();
  static const std::string kValid = kCredentials.HeaderAt(kNow);
  std::string header = kValid;
  for (std::size_t i = 0; i + 1 < edits.size(); i += 2) {
    header[static_cast<std::uint8_t>(edits[i]) % header.size()] = edits[i + 1];
  }
  CheckAnyHeader(header);
  // Digits of the signature may be in upper case; nothing else may differ.
  for (std::size_t i = 66; i < 194; ++i) {
    if (header[i] >= 'A' && header[i] <= 'F') header[i] = static_cast<char>(header[i] + 'a' - 'A');
  }
  const bool is_accepted = vss::auth::SignatureScheme().Verify(header, kNow).has_value();
  CHECK(is_accepted == (header == kValid));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = vss::TextOf({data, size});
  CheckAnyHeader(input);
  CheckEditedHeader(input);
  return 0;
}
