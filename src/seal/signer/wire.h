// nanopb with views: fields that are bytes or text are read where they lie and written from where
// they lie.
#ifndef VSS_SEAL_SIGNER_WIRE_H_
#define VSS_SEAL_SIGNER_WIRE_H_

#include <pb.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "vss/bytes.h"
#include "vss/signer/status.h"

namespace vss::seal {

// Writes `view`, which must live as long as the message.  A plain field that is empty is left out;
// an optional one that is set is written even so.
pb_callback_t Plain(const ByteView& view);
pb_callback_t Optional(const ByteView& view);

Written Encode(const pb_msgdesc_t* fields, const void* message, std::span<std::uint8_t> out);

// Makes `view` the bytes of the field that comes last.
pb_callback_t Into(ByteView& view);

// False unless `bytes` are such a message.
bool Decode(ByteView bytes, const pb_msgdesc_t* fields, void* message);

// Whether a callback reads from what was passed to Decode, and not from a number that stands where
// a message belongs: nanopb brings that in a stream of its own.
bool IsPartOfInput(const pb_istream_t& stream);

bool IsUtf8(std::string_view text);

}  // namespace vss::seal

#endif  // VSS_SEAL_SIGNER_WIRE_H_
