#include "vss_api/codec.h"

#include <optional>
#include <utility>

#include "vss_api/rules.h"
#include "wire/protobuf.h"

namespace vss::vss_api {

using wire::AppendBytes;
using wire::AppendHead;
using wire::AppendInteger;
using wire::WireReader;

namespace {

Unexpected<Failure> NotAMessage() { return Invalid("Error parsing request"); }

// KeyValue{1: key, 2: version, 3: value}, where it stands.
struct ItemView {
  std::string_view key;
  std::int64_t version = 0;
  std::string_view value;
};

// Sets what the message says and leaves the rest.
bool MergeItem(WireReader fields, ItemView& item) {
  while (fields.Next()) {
    fields.ReadText(1, item.key);
    fields.ReadInteger(2, item.version);
    fields.ReadBytes(3, item.value);
  }
  return !fields.IsBroken();
}

// KeyValue without a value.
std::string EncodeKeyVersion(std::string_view key, Version version) {
  std::string bytes;
  if (!key.empty()) AppendBytes(bytes, 1, key);
  if (version != 0) AppendInteger(bytes, 2, version);
  return bytes;
}

}  // namespace

Result<GetRequest> DecodeGetRequest(std::string_view bytes) {
  GetRequest request;
  WireReader fields(bytes);
  while (fields.Next()) {
    fields.ReadText(1, request.store_id);
    fields.ReadText(2, request.key);
  }
  if (fields.IsBroken()) return NotAMessage();
  return request;
}

Result<PutRequest> DecodePutRequest(std::string_view bytes) {
  PutRequest request;
  WireReader fields(bytes);
  while (fields.Next()) {
    fields.ReadText(1, request.store_id);
    fields.ReadInteger(2, request.global_version);
    const auto put = fields.Message(3);
    const auto removal = fields.Message(4);
    if (!put && !removal) continue;

    // What is too much is not made: an empty item has two bytes here and a hundred in memory.
    if (request.puts.size() + request.deletes.size() == kItemsMax) return TooManyItems();
    ItemView item;
    if (!MergeItem(put ? *put : *removal, item)) return NotAMessage();
    if (put) {
      request.puts.push_back({Key(item.key), item.version, std::string(item.value)});
    } else {
      request.deletes.push_back({Key(item.key), item.version, {}});
    }
  }
  if (fields.IsBroken()) return NotAMessage();
  return request;
}

Result<DeleteRequest> DecodeDeleteRequest(std::string_view bytes) {
  DeleteRequest request;
  std::optional<ItemView> item;
  WireReader fields(bytes);
  while (fields.Next()) {
    fields.ReadText(1, request.store_id);
    const auto message = fields.Message(2);
    if (!message) continue;
    if (!item) item.emplace();
    if (!MergeItem(*message, *item)) return NotAMessage();
  }
  if (fields.IsBroken()) return NotAMessage();
  if (item) request.item = Item{Key(item->key), item->version, {}};
  return request;
}

Result<ListRequest> DecodeListRequest(std::string_view bytes) {
  ListRequest request;
  WireReader fields(bytes);
  while (fields.Next()) {
    fields.ReadText(1, request.store_id);
    fields.ReadText(2, request.key_prefix);
    fields.ReadInteger(3, request.page_size);
    fields.ReadText(4, request.page_token);
  }
  if (fields.IsBroken()) return NotAMessage();
  return request;
}

// GetObjectResponse{2: KeyValue}: the value comes last, so all before it can be written without it.
GetResponseBytes EncodeGetResponse(Record record) {
  std::string item = EncodeKeyVersion(record.key, record.version);
  if (!record.value.empty()) AppendHead(item, 3, record.value.size());
  GetResponseBytes bytes;
  AppendHead(bytes.head, 2, item.size() + record.value.size());
  bytes.head += item;
  bytes.value = std::move(record.value);
  return bytes;
}

// ListKeyVersionsResponse{1: KeyValue..., 2: next_page_token, 3: global_version}
std::string EncodeListResponse(const ListResponse& response) {
  std::string bytes;
  for (const auto& [key, version] : response.key_versions) {
    AppendBytes(bytes, 1, EncodeKeyVersion(key, version));
  }
  AppendBytes(bytes, 2, response.next_page_token);
  if (response.global_version) AppendInteger(bytes, 3, *response.global_version);
  return bytes;
}

// ErrorResponse{1: error_code, 2: message}
std::string EncodeErrorResponse(ErrorCode code, std::string_view text) {
  std::string bytes;
  if (code != ErrorCode::kUnknown) AppendInteger(bytes, 1, static_cast<std::int64_t>(code));
  if (!text.empty()) AppendBytes(bytes, 2, text);
  return bytes;
}

}  // namespace vss::vss_api
