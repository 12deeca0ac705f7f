#include "seal/signer/wire.h"

#include <pb_decode.h>
#include <pb_encode.h>

#include <algorithm>
#include <cstddef>

namespace vss::seal {
namespace {

bool WriteView(pb_ostream_t* stream, const pb_field_t* field, void* const* view) {
  const auto& bytes = *static_cast<const ByteView*>(*view);
  return pb_encode_tag_for_field(stream, field) &&
         pb_encode_string(stream, bytes.data(), bytes.size());
}

// The state of an input stream is where it is in the bytes.  Substreams share it.
struct Cursor {
  const std::uint8_t* at;
};

bool ReadCursor(pb_istream_t* stream, pb_byte_t* buffer, std::size_t count) {
  auto* const cursor = static_cast<Cursor*>(stream->state);
  std::copy_n(cursor->at, count, buffer);
  cursor->at += count;
  return true;
}

bool ReadView(pb_istream_t* stream, const pb_field_t* /*field*/, void** view) {
  if (!IsPartOfInput(*stream)) return false;
  auto* const cursor = static_cast<Cursor*>(stream->state);
  *static_cast<ByteView*>(*view) = {cursor->at, stream->bytes_left};
  cursor->at += stream->bytes_left;
  stream->bytes_left = 0;
  return true;
}

}  // namespace

pb_callback_t Optional(const ByteView& view) {
  return {.funcs = {.encode = &WriteView}, .arg = const_cast<ByteView*>(&view)};
}

pb_callback_t Plain(const ByteView& view) {
  return view.empty() ? pb_callback_t{} : Optional(view);
}

Written Encode(const pb_msgdesc_t* fields, const void* message, std::span<std::uint8_t> out) {
  std::size_t size = 0;
  if (!pb_get_encoded_size(&size, fields, message)) return {Status::kMalformed, 0};
  if (out.size() < size) return {Status::kBufferTooSmall, size};
  pb_ostream_t stream = pb_ostream_from_buffer(out.data(), size);
  if (!pb_encode(&stream, fields, message)) return {Status::kMalformed, 0};
  return {Status::kOk, size};
}

pb_callback_t Into(ByteView& view) { return {.funcs = {.decode = &ReadView}, .arg = &view}; }

bool Decode(ByteView bytes, const pb_msgdesc_t* fields, void* message) {
  Cursor cursor{bytes.data()};
  pb_istream_t stream{};
  stream.callback = &ReadCursor;
  stream.state = &cursor;
  stream.bytes_left = bytes.size();
  return pb_decode(&stream, fields, message);
}

bool IsPartOfInput(const pb_istream_t& stream) { return stream.callback == &ReadCursor; }

// UTF-8 as in RFC 3629: the shortest form, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<std::uint8_t>(text[0]);
    std::size_t size = 1;
    std::uint32_t least = 0;
    if (first >= 0xF0) {
      size = 4, least = 0x10000;
    } else if (first >= 0xE0) {
      size = 3, least = 0x800;
    } else if (first >= 0xC0) {
      size = 2, least = 0x80;
    } else if (first >= 0x80) {
      return false;
    }
    if (first >= 0xF8 || text.size() < size) return false;
    std::uint32_t point = size == 1 ? first : first & (0x7FU >> size);
    for (const char c : text.substr(1, size - 1)) {
      if ((static_cast<std::uint8_t>(c) & 0xC0) != 0x80) return false;
      point = point << 6 | (static_cast<std::uint8_t>(c) & 0x3F);
    }
    if (point < least || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace vss::seal
