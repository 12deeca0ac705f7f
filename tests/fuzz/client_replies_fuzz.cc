// Whatever a server replies: nothing is believed that cannot be the answer.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "client/verdict.h"
#include "client/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vss::client;
  if (size < 2) return 0;
  const std::string_view body = vss::TextOf({data + 2, size - 2});
  HttpReply reply{.status = 200 + data[0] * 2, .body = std::string(body)};
  if (data[1] % 3 != 0)
    (void)reply.headers.Set("vss-protocol-version", data[1] % 3 == 1 ? "0" : "1");
  (void)reply.headers.Set("retry-after", body.substr(0, 12));
  const Verdict verdict = Judge(reply, MissingProtocolVersion::kRefused);
  CHECK(verdict.kind == Verdict::Kind::kFailed || data[1] % 3 == 1);
  CHECK((verdict.kind == Verdict::Kind::kOk) == (data[1] % 3 == 1 && reply.status < 300));

  if (const auto record = DecodeGet(body, "k")) CHECK(record->key == "k" && record->version >= 1);
  if (const auto listing = DecodeList(body, "k")) {
    for (const KeyVersion& found : listing->keys) CHECK(found.key.starts_with('k'));
  }
  return 0;
}
