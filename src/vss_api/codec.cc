#include "vss_api/codec.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>
#include <limits>
#include <utility>

#include "vss.pb.h"

namespace vss::vss_api {
namespace {

using google::protobuf::internal::WireFormatLite;

// The library prints a line to standard error for every string that is not UTF-8, which any caller
// could cause; the failure says it already.
[[maybe_unused]] auto* const kFormerLogHandler = google::protobuf::SetLogHandler(nullptr);

template <typename Message>
bool Parse(std::string_view bytes, Message& message) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return false;
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// Whether a put has more items than could be accepted, found without making them: an empty item is
// two bytes on the wire and a hundred in memory.
bool HasTooManyItems(std::string_view bytes) {
  constexpr std::size_t kFieldsMax = 2000;  // Twice what a put may hold: unknown ones count too.
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  std::size_t fields = 0;
  while (const std::uint32_t tag = in.ReadTag()) {
    if (++fields > kFieldsMax) return true;
    if (!WireFormatLite::SkipField(&in, tag)) return false;  // Parsing says what is wrong.
  }
  return false;
}

Unexpected<Failure> NotAMessage() { return Invalid("Error parsing request"); }

Item TakeItem(KeyValue& item) {
  return {std::move(*item.mutable_key()), item.version(), std::move(*item.mutable_value())};
}

std::vector<Item> TakeItems(google::protobuf::RepeatedPtrField<KeyValue>& items) {
  std::vector<Item> taken;
  taken.reserve(static_cast<std::size_t>(items.size()));
  for (KeyValue& item : items) taken.push_back(TakeItem(item));
  return taken;
}

}  // namespace

Result<GetRequest> DecodeGetRequest(std::string_view bytes) {
  GetObjectRequest message;
  if (!Parse(bytes, message)) return NotAMessage();
  return GetRequest{std::move(*message.mutable_store_id()), std::move(*message.mutable_key())};
}

Result<PutRequest> DecodePutRequest(std::string_view bytes) {
  if (bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()) &&
      HasTooManyItems(bytes)) {
    return Invalid("Number of write items per request should be less than equal to 1000");
  }
  PutObjectRequest message;
  if (!Parse(bytes, message)) return NotAMessage();
  PutRequest request;
  request.store_id = std::move(*message.mutable_store_id());
  if (message.has_global_version()) request.global_version = message.global_version();
  request.puts = TakeItems(*message.mutable_transaction_items());
  request.deletes = TakeItems(*message.mutable_delete_items());
  return request;
}

Result<DeleteRequest> DecodeDeleteRequest(std::string_view bytes) {
  DeleteObjectRequest message;
  if (!Parse(bytes, message)) return NotAMessage();
  DeleteRequest request;
  request.store_id = std::move(*message.mutable_store_id());
  if (message.has_key_value()) request.item = TakeItem(*message.mutable_key_value());
  return request;
}

Result<ListRequest> DecodeListRequest(std::string_view bytes) {
  ListKeyVersionsRequest message;
  if (!Parse(bytes, message)) return NotAMessage();
  ListRequest request;
  request.store_id = std::move(*message.mutable_store_id());
  request.key_prefix = std::move(*message.mutable_key_prefix());
  if (message.has_page_size()) request.page_size = message.page_size();
  if (message.has_page_token()) request.page_token = std::move(*message.mutable_page_token());
  return request;
}

// GetObjectResponse{2: KeyValue{1: key, 2: version, 3: value}}: the value comes last, so all before
// it can be written without it.
GetResponseBytes EncodeGetResponse(Record record) {
  constexpr int kResponseValue = 2;
  constexpr int kKey = 1;
  constexpr int kVersion = 2;
  constexpr int kValue = 3;
  constexpr auto kDelimited = WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
  constexpr auto kVarint = WireFormatLite::WIRETYPE_VARINT;

  GetResponseBytes bytes;
  std::string inner;
  {
    google::protobuf::io::StringOutputStream sink(&inner);
    google::protobuf::io::CodedOutputStream out(&sink);
    if (!record.key.empty()) {
      out.WriteTag(WireFormatLite::MakeTag(kKey, kDelimited));
      out.WriteVarint64(record.key.size());
      out.WriteString(record.key);
    }
    if (record.version != 0) {
      out.WriteTag(WireFormatLite::MakeTag(kVersion, kVarint));
      out.WriteVarint64(static_cast<std::uint64_t>(record.version));
    }
    if (!record.value.empty()) {
      out.WriteTag(WireFormatLite::MakeTag(kValue, kDelimited));
      out.WriteVarint64(record.value.size());
    }
  }
  {
    google::protobuf::io::StringOutputStream sink(&bytes.head);
    google::protobuf::io::CodedOutputStream out(&sink);
    out.WriteTag(WireFormatLite::MakeTag(kResponseValue, kDelimited));
    out.WriteVarint64(inner.size() + record.value.size());
    out.WriteString(inner);
  }
  bytes.value = std::move(record.value);
  return bytes;
}

std::string EncodeListResponse(const ListResponse& response) {
  ListKeyVersionsResponse message;
  for (const auto& [key, version] : response.key_versions) {
    KeyValue* const item = message.add_key_versions();
    item->set_key(key);
    item->set_version(version);
  }
  message.set_next_page_token(response.next_page_token);
  if (response.global_version) message.set_global_version(*response.global_version);
  return message.SerializeAsString();
}

std::string EncodeErrorResponse(ErrorCode code, std::string_view text) {
  ErrorResponse message;
  message.set_error_code(static_cast<::vss::ErrorCode>(code));
  message.set_message(std::string(text));
  return message.SerializeAsString();
}

}  // namespace vss::vss_api
