// Bytes <-> requests and replies, in protobuf (proto/lss.proto), for both ends.
//
// Decoding fails with kInvalid on anything that is not a message: a bad length or varint, text that
// is not UTF-8.  Unknown fields are skipped.  What is allocated is no larger than the input, but
// for a hundred bytes an item, of which there are at most kItemsMax and kReplyItemsMax.
#ifndef VSS_LSS_API_CODEC_H_
#define VSS_LSS_API_CODEC_H_

#include <string>
#include <string_view>

#include "base/failure.h"
#include "lss_api/request.h"

namespace vss::lss_api {

inline constexpr std::size_t kItemsMax = 10'000;  // In one put.
// In a reply: a liar's could have two million in 4 MiB.
inline constexpr std::size_t kReplyItemsMax = 200'000;

std::string Encode(const Ping& ping);  // The request and the reply look alike.
std::string Encode(const InfoReply& reply);
std::string Encode(const PutRequest& request);
std::string Encode(const PutReply& reply);
std::string Encode(const GetRequest& request);
std::string Encode(const GetReply& reply);

Result<Ping> DecodePing(std::string_view bytes);
Result<InfoReply> DecodeInfoReply(std::string_view bytes);
Result<PutRequest> DecodePutRequest(std::string_view bytes);  // At most kItemsMax items.
// At most kReplyItemsMax items.
Result<PutReply> DecodePutReply(std::string_view bytes);
Result<GetRequest> DecodeGetRequest(std::string_view bytes);
Result<GetReply> DecodeGetReply(std::string_view bytes);

}  // namespace vss::lss_api

#endif  // VSS_LSS_API_CODEC_H_
