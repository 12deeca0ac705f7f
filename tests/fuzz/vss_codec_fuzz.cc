// A request body from anybody: decoded, checked, lowered.  What is decoded must be what libprotobuf
// reads, and whatever was accepted must hold the promises of the rules.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/check.h"
#include "tests/support/two_decoders.h"
#include "vss_api/codec.h"
#include "vss_api/rules.h"

namespace {

using namespace vss;           // NOLINT(google-build-using-namespace)
using namespace vss::vss_api;  // NOLINT(google-build-using-namespace)

void CompareDecoders(Operation operation, const std::string& body) {
  // libprotobuf would report every text that is not UTF-8.
  [[maybe_unused]] static auto* const former = google::protobuf::SetLogHandler(nullptr);
  const std::string ours = testing::OursOf(operation, body);
  if (ours == testing::TheirsOf(operation, body) || testing::HasOddVarint(body)) return;
  // It has no say on a put with more items than we make.
  CHECK(operation == Operation::kPutObjects && ours == "refused" && body.size() > 2 * kItemsMax);
}

void CheckKey(const Key& key) {
  CHECK(key.size() <= kNameBytesMax);
  CHECK(key.find('\0') == Key::npos);
}

void Put(std::string_view body) {
  auto request = DecodePutRequest(body);
  if (!request) return;
  const Space space{"tenant", request->store_id};
  const auto batch = LowerPut(space, *std::move(request), {.value_bytes_max = 1000});
  if (!batch) return;
  CHECK(batch->changes.size() <= kItemsMax + 1);
  std::unordered_set<std::string_view> keys;
  for (const Change& change : batch->changes) {
    CheckKey(change.key);
    CHECK(keys.insert(change.key).second);
    CHECK(change.value.size() <= 1000);
    CHECK(change.action != Change::Action::kWrite || change.version > 0 ||
          change.guard.kind == Guard::Kind::kAtVersion);
  }
}

void Delete(std::string_view body) {
  auto request = DecodeDeleteRequest(body);
  if (!request) return;
  const Space space{"tenant", request->store_id};
  const auto batch = LowerDelete(space, *std::move(request));
  if (batch) CheckKey(batch->changes.front().key);
}

void Get(std::string_view body) {
  const auto request = DecodeGetRequest(body);
  if (!request) return;
  if (const auto keys = LowerGet({"tenant", request->store_id}, *request)) CheckKey(keys->front());
}

void List(std::string_view body) {
  const auto request = DecodeListRequest(body);
  if (!request) return;
  const auto query = LowerList({"tenant", request->store_id}, *request);
  if (!query) return;
  CheckKey(query->prefix);
  CHECK(query->limit <= kPageSizeMax);
  CHECK(!query->older_than || *query->older_than >= 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      CompareDecoders(Operation::kPutObjects, std::string(body));
      Put(body);
      break;
    case 1:
      CompareDecoders(Operation::kDeleteObject, std::string(body));
      Delete(body);
      break;
    case 2:
      CompareDecoders(Operation::kGetObject, std::string(body));
      Get(body);
      break;
    default:
      CompareDecoders(Operation::kListKeyVersions, std::string(body));
      List(body);
  }
  return 0;
}
