#include "vss/signer/request.h"

#include <pb_encode.h>

#include "seal/signer/wire.h"
#include "vss.nanopb.h"

namespace vss::seal {
namespace {

// A KeyValue and the views that its callbacks read.
class ItemMessage {
 public:
  explicit ItemMessage(const Item& item)
      : key_(BytesOf(item.key)),
        value_(item.value),
        message_{.key = Plain(key_), .version = item.version, .value = Plain(value_)} {}
  ItemMessage(const ItemMessage&) = delete;
  ItemMessage& operator=(const ItemMessage&) = delete;

  const vss_KeyValue& Message() const { return message_; }

 private:
  const ByteView key_;
  const ByteView value_;
  const vss_KeyValue message_;
};

bool WriteItems(pb_ostream_t* stream, const pb_field_t* field, void* const* items) {
  for (const Item& item : *static_cast<const std::span<const Item>*>(*items)) {
    const ItemMessage encoded(item);
    if (!pb_encode_tag_for_field(stream, field) ||
        !pb_encode_submessage(stream, vss_KeyValue_fields, &encoded.Message())) {
      return false;
    }
  }
  return true;
}

pb_callback_t Items(const std::span<const Item>& items) {
  return {.funcs = {.encode = &WriteItems}, .arg = const_cast<std::span<const Item>*>(&items)};
}

}  // namespace

Written EncodeGet(std::string_view store_id, std::string_view key, std::span<std::uint8_t> out) {
  const ByteView store = BytesOf(store_id);
  const ByteView key_bytes = BytesOf(key);
  const vss_GetObjectRequest message{.store_id = Plain(store), .key = Plain(key_bytes)};
  return Encode(vss_GetObjectRequest_fields, &message, out);
}

Written EncodePut(const PutRequest& request, std::span<std::uint8_t> out) {
  const ByteView store = BytesOf(request.store_id);
  const vss_PutObjectRequest message{.store_id = Plain(store),
                                     .has_global_version = request.global_version.has_value(),
                                     .global_version = request.global_version.value_or(0),
                                     .transaction_items = Items(request.puts),
                                     .delete_items = Items(request.deletes)};
  return Encode(vss_PutObjectRequest_fields, &message, out);
}

Written EncodeDelete(std::string_view store_id, const Item& item, std::span<std::uint8_t> out) {
  const ByteView store = BytesOf(store_id);
  const ItemMessage encoded(item);
  const vss_DeleteObjectRequest message{
      .store_id = Plain(store), .has_key_value = true, .key_value = encoded.Message()};
  return Encode(vss_DeleteObjectRequest_fields, &message, out);
}

Written EncodeList(const ListRequest& request, std::span<std::uint8_t> out) {
  const ByteView store = BytesOf(request.store_id);
  const ByteView prefix = BytesOf(request.key_prefix.value_or(""));
  const ByteView token = BytesOf(request.page_token.value_or(""));
  const vss_ListKeyVersionsRequest message{
      .store_id = Plain(store),
      .key_prefix = request.key_prefix ? Optional(prefix) : pb_callback_t{},
      .has_page_size = request.page_size.has_value(),
      .page_size = request.page_size.value_or(0),
      .page_token = request.page_token ? Optional(token) : pb_callback_t{}};
  return Encode(vss_ListKeyVersionsRequest_fields, &message, out);
}

}  // namespace vss::seal
