// The proofs of LSS: what a client wants stored, and what the server has stored or holds.
//
// Each is an HMAC-SHA256 under the secret that client and server share, over
//
//   secret || context || item || item || ...      item = key || version || value
//
// with the version as 64 bits, big-endian, and no lengths in between.  So the items are proved as
// one string, and not where one ends and the next begins: what that allows a man in the middle is
// in docs/security.md.  Nor is it proved which prefix was asked for.
//
// Threads: any.
#ifndef VSS_LSS_API_RECEIPT_H_
#define VSS_LSS_API_RECEIPT_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/record.h"
#include "crypto/secret.h"

namespace vss::lss_api {

// Over items as they are stored, in the order in which they are sent.
std::string PutRequestHmac(const crypto::Secret<32>& secret, std::span<const Record> items);
std::string PutReplyHmac(const crypto::Secret<32>& secret, std::span<const Record> items);
std::string GetReplyHmac(const crypto::Secret<32>& secret, std::string_view nonce,
                         std::span<const Record> items);

// In constant time; false for any other length than that of an HMAC.
bool IsSameHmac(std::string_view received, std::string_view computed);

// How a version stands in what is proved: 64 bits, big-endian.
std::array<std::uint8_t, 8> VersionBytes(Version version);

// A nonce stands where a put has its context.  One that begins like that could make a get answer
// with the proof of a put, so a client draws another.
bool IsUnsafeNonce(std::string_view nonce);

}  // namespace vss::lss_api

#endif  // VSS_LSS_API_RECEIPT_H_
