// What LSS requests mean: each is checked, then lowered to what the engine knows.
//
// Every function is pure.  They fail with kInvalid only, with a text that says what to fix.
#ifndef VSS_LSS_API_RULES_H_
#define VSS_LSS_API_RULES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"
#include "core/batch.h"
#include "core/listing.h"
#include "core/record.h"
#include "crypto/secp256k1.h"
#include "lss_api/request.h"

namespace vss::lss_api {

inline constexpr std::size_t kKeyCodePointsMax = 600;
// Of tenant and key together: what fits an index entry of PostgreSQL uncompressed.
inline constexpr std::size_t kNameBytesMax = 2600;
inline constexpr std::size_t kNonceBytes = 32;  // All known clients send as many.

struct Limits {
  bool any_nonce = false;             // Accept nonces of other lengths; none is ever empty.
  bool refuse_unsafe_nonces = false;  // Those that let a get answer with the proof of a put.
  std::size_t value_bytes_max = std::size_t{1} << 30;
};

// Where everything of one client lives.
Space SpaceOf(const crypto::CompressedKey& client_id);

// Asked before it is known who is calling: the order of the keys.
Result<Done> CheckOrder(const std::vector<Record>& items);

// Of items in that order.
Result<Batch> LowerPut(const Space& space, std::vector<Record> items, const Limits& limits);
// At most `bytes_max` of keys and values, else the scan is not complete.
Result<ScanQuery> LowerGet(const GetRequest& request, const Limits& limits, std::size_t bytes_max);

// The conflicts to answer with: for each obstacle, in its order, the record of `present` with its
// key, or version kAbsent if there is none.
std::vector<Record> Raise(const std::vector<Obstacle>& obstacles, std::vector<Record> present);

}  // namespace vss::lss_api

#endif  // VSS_LSS_API_RULES_H_
