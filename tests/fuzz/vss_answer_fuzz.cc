// Answers of a hostile server, read by nanopb where they lie: what libprotobuf accepts too, it
// reads the same.  (It refuses skipped numbers that are too long, and skips what has another type.)

#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "vss.pb.h"
#include "vss/signer/answer.h"

namespace {

using namespace vss::seal;  // NOLINT(google-build-using-namespace)

template <typename Message>
bool Parse(vss::ByteView body, Message& message) {
  return message.ParseFromArray(body.data(), static_cast<int>(body.size()));
}

void CheckGet(vss::ByteView body) {
  const GetAnswer answer = DecodeGet(body);
  vss::GetObjectResponse expected;
  if (answer.status != Status::kOk || !Parse(body, expected)) return;
  CHECK(answer.item.has_value() == expected.has_value());
  if (!answer.item) return;
  CHECK(answer.item->key == expected.value().key());
  CHECK(answer.item->version == expected.value().version());
  CHECK(vss::TextOf(answer.item->value) == expected.value().value());
}

void CheckList(vss::ByteView body) {
  std::vector<std::pair<std::string_view, std::int64_t>> keys;
  const ItemSink sink = {&keys, [](void* context, const Item& item) {
                           static_cast<decltype(keys)*>(context)->emplace_back(item.key,
                                                                               item.version);
                         }};
  const ListAnswer answer = DecodeList(body, sink);
  vss::ListKeyVersionsResponse expected;
  if (answer.status != Status::kOk || !Parse(body, expected)) return;
  CHECK(answer.next_page_token == expected.next_page_token());
  CHECK(answer.global_version.value_or(0) == expected.global_version());
  CHECK(keys.size() == static_cast<std::size_t>(expected.key_versions_size()));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CHECK(keys[i].first == expected.key_versions(static_cast<int>(i)).key());
    CHECK(keys[i].second == expected.key_versions(static_cast<int>(i)).version());
  }
}

void CheckError(vss::ByteView body) {
  const ErrorAnswer answer = DecodeError(body);
  vss::ErrorResponse expected;
  if (answer.status != Status::kOk || !Parse(body, expected)) return;
  CHECK(answer.message == expected.message());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // It would report every text that is not UTF-8.
  [[maybe_unused]] static auto* const former = google::protobuf::SetLogHandler(nullptr);
  const vss::ByteView body{data, size};
  CheckGet(body);
  CheckList(body);
  CheckError(body);
  return 0;
}
