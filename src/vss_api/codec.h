// Bytes <-> requests and responses, in protobuf (proto/vss.proto).
//
// Decoding fails with kInvalid on anything that is not a message: a bad length or varint, a group
// without end, text that is not UTF-8.  Unknown fields are skipped; a known field of the wrong wire
// type counts as unknown; of a field that is there twice the last counts, and of an item both,
// field by field.
//
// Sizes: names and values are copied once; beyond them nothing is allocated but the items of a put,
// of which there are at most as many as rules.h allows.
#ifndef VSS_VSS_API_CODEC_H_
#define VSS_VSS_API_CODEC_H_

#include <string>
#include <string_view>

#include "base/failure.h"
#include "core/record.h"
#include "vss_api/request.h"

namespace vss::vss_api {

Result<GetRequest> DecodeGetRequest(std::string_view bytes);
Result<PutRequest> DecodePutRequest(std::string_view bytes);
Result<DeleteRequest> DecodeDeleteRequest(std::string_view bytes);
Result<ListRequest> DecodeListRequest(std::string_view bytes);

// A response in two parts, to be sent one after the other: a large value is not copied behind the
// few bytes in front of it.
struct GetResponseBytes {
  std::string head;
  std::string value;
};
GetResponseBytes EncodeGetResponse(Record record);

std::string EncodeListResponse(const ListResponse& response);
std::string EncodeErrorResponse(ErrorCode code, std::string_view message);

}  // namespace vss::vss_api

#endif  // VSS_VSS_API_CODEC_H_
