// What VSS requests mean: each is checked, then lowered to what the engine knows.
//
// Every function is pure.  They fail with kInvalid only, with a text that says what to fix.
#ifndef VSS_VSS_API_RULES_H_
#define VSS_VSS_API_RULES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/failure.h"
#include "core/batch.h"
#include "core/listing.h"
#include "core/record.h"
#include "vss_api/request.h"

namespace vss::vss_api {

// The record that holds the version of a whole store: its version is the global version, its value
// is empty.  It is never listed.
inline constexpr std::string_view kGlobalVersionKey = "global_version";

inline constexpr std::size_t kItemsMax = 1000;  // In one put, writes and deletes.
inline constexpr std::size_t kKeyCodePointsMax = 600;
inline constexpr std::size_t kStoreIdCodePointsMax = 120;
inline constexpr std::uint32_t kPageSizeMax = 100;  // Also the default.
// Of tenant, store id and key together: what fits an index entry of PostgreSQL uncompressed.
inline constexpr std::size_t kNameBytesMax = 2600;

struct Limits {
  std::size_t value_bytes_max = std::size_t{1} << 30;
};

// Also of decoding, which makes no more items than a put may have.
Unexpected<Failure> TooManyItems();

Result<std::vector<Key>> LowerGet(const Space& space, const GetRequest& request);
Result<Batch> LowerPut(const Space& space, PutRequest request, const Limits& limits);
Result<Batch> LowerDelete(const Space& space, DeleteRequest request);
Result<ListQuery> LowerList(const Space& space, const ListRequest& request);

// The answer to a list, from the page that the store gave for `query`.
ListResponse Raise(const ListQuery& query, Page page);

}  // namespace vss::vss_api

#endif  // VSS_VSS_API_RULES_H_
