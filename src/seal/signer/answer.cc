#include "vss/signer/answer.h"

#include <pb_decode.h>

#include "seal/signer/wire.h"
#include "vss.nanopb.h"

namespace vss::seal {
namespace {

// A KeyValue and the views that its callbacks fill.
struct ItemViews {
  ByteView key;
  ByteView value;

  vss_KeyValue Message() { return {.key = Into(key), .version = 0, .value = Into(value)}; }
};

bool ReadItem(pb_istream_t* stream, const pb_field_t* /*field*/, void** sink) {
  if (!IsPartOfInput(*stream)) return false;
  ItemViews views;
  vss_KeyValue message = views.Message();
  if (!pb_decode(stream, vss_KeyValue_fields, &message) || !IsUtf8(TextOf(views.key))) return false;
  const auto& to = *static_cast<const ItemSink*>(*sink);
  to.take(to.context, {TextOf(views.key), message.version, views.value});
  return true;
}

bool ReadError(pb_istream_t* stream, const pb_field_t* /*field*/, void** error) {
  std::uint64_t code = 0;
  if (IsPartOfInput(*stream) || !pb_decode_varint(stream, &code)) return false;
  constexpr auto kLast = static_cast<std::uint64_t>(ServerError::kAuth);
  *static_cast<ServerError*>(*error) =
      code <= kLast ? static_cast<ServerError>(code) : ServerError::kUnknown;
  return true;
}

}  // namespace

GetAnswer DecodeGet(ByteView body) {
  ItemViews views;
  vss_GetObjectResponse message{.has_value = false, .value = views.Message()};
  if (!Decode(body, vss_GetObjectResponse_fields, &message) || !IsUtf8(TextOf(views.key))) {
    return {Status::kMalformed, std::nullopt};
  }
  if (!message.has_value) return {Status::kOk, std::nullopt};
  return {Status::kOk, Item{TextOf(views.key), message.value.version, views.value}};
}

ListAnswer DecodeList(ByteView body, const ItemSink& sink) {
  ByteView token;
  vss_ListKeyVersionsResponse message = vss_ListKeyVersionsResponse_init_zero;
  message.key_versions = {.funcs = {.decode = &ReadItem}, .arg = const_cast<ItemSink*>(&sink)};
  message.next_page_token = Into(token);
  if (!Decode(body, vss_ListKeyVersionsResponse_fields, &message) || !IsUtf8(TextOf(token))) {
    return {Status::kMalformed};
  }
  ListAnswer answer{Status::kOk, TextOf(token)};
  if (message.has_global_version) answer.global_version = message.global_version;
  return answer;
}

ErrorAnswer DecodeError(ByteView body) {
  ServerError error = ServerError::kUnknown;
  ByteView text;
  vss_ErrorResponse message = vss_ErrorResponse_init_zero;
  message.error_code = {.funcs = {.decode = &ReadError}, .arg = &error};
  message.message = Into(text);
  if (!Decode(body, vss_ErrorResponse_fields, &message) || !IsUtf8(TextOf(text))) {
    return {Status::kMalformed};
  }
  return {Status::kOk, error, TextOf(text)};
}

}  // namespace vss::seal
