// Mnemonics as people paste them, and challenges of LNURL-auth.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "vss/lnurl_auth.h"
#include "vss/wallet_seed.h"

namespace {

void CheckMnemonic(std::string_view text) {
  const auto seed = vss::seal::SeedFromMnemonic(text, "");
  if (seed) {
    // White space does not count.
    const auto again = vss::seal::SeedFromMnemonic("\n" + std::string(text) + " ", "");
    CHECK(again && *again == *seed);
  } else {
    CHECK(!seed.error().message.empty());
  }
}

void CheckLnurl(std::string_view text) {
  const auto challenge = vss::seal::ParseLnurl(text);
  if (!challenge) return;
  CHECK(text.find(challenge->url) != std::string_view::npos);
  CHECK(!challenge->host.empty() && challenge->url.find("://") != std::string::npos);
  const auto again = vss::seal::ParseLnurl(challenge->url);
  CHECK(again && again->host == challenge->host && again->k1 == challenge->k1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = vss::TextOf({data, size});
  CheckMnemonic(text);
  CheckLnurl(text);
  return 0;
}
