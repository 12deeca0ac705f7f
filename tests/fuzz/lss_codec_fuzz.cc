// A message of LSS from anybody: decoded, encoded again, checked, lowered.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "lss_api/codec.h"
#include "lss_api/receipt.h"
#include "lss_api/rules.h"

namespace {

using namespace vss;           // NOLINT(google-build-using-namespace)
using namespace vss::lss_api;  // NOLINT(google-build-using-namespace)

// What was read means the same once it is written.
template <typename Decode>
auto RoundTrip(std::string_view bytes, Decode decode) {
  auto message = decode(bytes);
  if (message) {
    const std::string once = Encode(*message);
    const auto again = decode(once);
    CHECK(again);
    CHECK(Encode(*again) == once);
  }
  return message;
}

void Put(std::string_view bytes) {
  auto request = RoundTrip(bytes, [](std::string_view b) { return DecodePutRequest(b); });
  if (!request) return;
  CHECK(request->items.size() <= kItemsMax);
  const Space space{"lss:02", ""};
  if (!CheckOrder(request->items)) return;
  const auto batch = LowerPut(space, request->items, {});
  if (!batch) return;
  for (std::size_t i = 0; i < batch->changes.size(); ++i) {
    const Change& change = batch->changes[i];
    CHECK(i == 0 || batch->changes[i - 1].key < change.key);
    CHECK(change.key.find('\0') == Key::npos);
    CHECK(change.key.size() + space.tenant.size() <= kNameBytesMax);
    CHECK(!change.guard.HoldsFor(change.version));
    CHECK(change.version < 0 || change.version == request->items[i].version);
  }
}

void Get(std::string_view bytes) {
  const auto request = RoundTrip(bytes, [](std::string_view b) { return DecodeGetRequest(b); });
  if (!request) return;
  if (const auto query = LowerGet(*request, {}, 1000)) {
    CHECK(request->nonce.size() == kNonceBytes);
    CHECK(query->prefix == request->key_prefix);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      Put(bytes);
      break;
    case 1:
      Get(bytes);
      break;
    case 2:
      (void)RoundTrip(bytes, [](std::string_view b) { return DecodePutReply(b); });
      break;
    case 3:
      (void)RoundTrip(bytes, [](std::string_view b) { return DecodeGetReply(b); });
      break;
    case 4:
      (void)RoundTrip(bytes, [](std::string_view b) { return DecodeInfoReply(b); });
      break;
    default:
      (void)RoundTrip(bytes, [](std::string_view b) { return DecodePing(b); });
  }
  return 0;
}
