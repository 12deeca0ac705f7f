// What a client of LSS makes of a server that answers anything: never something that was not
// proved.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "lss_client/session.h"

namespace {

using namespace vss;  // NOLINT(google-build-using-namespace)

crypto::SigningKey KeyOf(std::uint8_t last) {
  SystemEntropy entropy;
  crypto::Secret<32> secret;
  secret.Writable()[31] = last;
  return crypto::SigningKey::Make(std::move(secret), entropy).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const crypto::SigningKey kClient = KeyOf(1);
  static const crypto::CompressedKey kServer = KeyOf(2).PublicKey();
  if (size == 0) return 0;
  const std::string_view reply(reinterpret_cast<const char*>(data) + 1, size - 1);
  SystemEntropy entropy;
  auto session = *lss_client::Session::Make(kClient, kServer, crypto::Secret<32>());
  if (data[0] % 3 == 0) {
    const auto outcome = session.Put({{"a", 1, "x"}, {"b", 0, "y"}})->OnReply(reply);
    if (outcome) {
      CHECK(!outcome->IsStored());
      for (const Record& conflict : outcome->conflicts) CHECK(conflict.version == -1);
    }
  } else if (data[0] % 3 == 1) {
    CHECK(!session.Get("a", entropy).OnReply(reply));
  } else {
    (void)lss_client::ServerIdIn(reply).has_value();
  }
  return 0;
}
