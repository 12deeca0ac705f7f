// Sealed values from a hostile server, and what could be inside: nothing opens that was not sealed
// with the key, and whatever opens is what was sealed.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "vss/entropy.h"
#include "vss/host_crypto.h"
#include "vss/signer/storable.h"

namespace {

using namespace vss::seal;  // NOLINT(google-build-using-namespace)
using Bytes = std::vector<std::uint8_t>;

const Bytes kKey(32, 0x2a);

// Accepts every tag: what comes behind the authentication has to be safe too.
Crypto Credulous() {
  Crypto crypto = HostCrypto();
  crypto.decrypt = [](void*, KeyView, const Nonce&, vss::ByteView, std::span<std::uint8_t>,
                      const Tag&) { return true; };
  return crypto;
}

void CheckAnyStorable(vss::ByteView input) {
  Bytes sealed(input.begin(), input.end());
  CHECK(Open(HostCrypto(), KeyView(kKey), {}, sealed).status != Status::kOk);

  Bytes trusted(input.begin(), input.end());
  const Opened opened = Open(Credulous(), KeyView(kKey), {}, trusted);
  if (opened.status != Status::kOk || opened.plain.value.empty()) return;
  CHECK(opened.plain.value.data() >= trusted.data());
  CHECK(opened.plain.value.data() + opened.plain.value.size() <= trusted.data() + trusted.size());
}

// The first bytes say what is changed in a sealed value: a position, and what to add there.
void CheckRoundTrip(vss::ByteView input) {
  vss::SystemEntropy entropy;
  const vss::ByteView edit = input.first(std::min<std::size_t>(input.size(), 2));
  const PlainValue plain{input, static_cast<std::int64_t>(input.size()) - 1};
  Bytes sealed(SealedSize(plain));
  const Written written =
      Seal(HostCrypto(), vss::seal::SourceOf(entropy), KeyView(kKey), edit, plain, sealed);
  CHECK(written.status == Status::kOk && written.size == sealed.size());
  Bytes changed = sealed;
  const Opened opened = Open(HostCrypto(), KeyView(kKey), edit, sealed);
  CHECK(opened.status == Status::kOk && opened.plain.version == plain.version);
  CHECK(std::ranges::equal(opened.plain.value, input));

  if (edit.size() < 2 || edit[1] == 0) return;
  changed[edit[0] % changed.size()] += edit[1];
  const Opened spoilt = Open(HostCrypto(), KeyView(kKey), edit, changed);
  CHECK(spoilt.status != Status::kOk);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  CheckAnyStorable({data, size});
  CheckRoundTrip({data, size});
  return 0;
}
