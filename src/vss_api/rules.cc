#include "vss_api/rules.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "core/utf8.h"

namespace vss::vss_api {
namespace {

// What the version numbers in a VSS put mean.
//
//   version   a put asks for         and leaves     a delete asks for
//   -------   --------------------   ------------   ------------------------
//     -1      nothing                version 1      the key to exist
//      0      the key to be absent   version 1      nothing can satisfy it
//      n      the key to be at n     version n+1    the key to be at n
//    < -1     nothing can satisfy it                nothing can satisfy it
//
// A record's version is 1 or more, so AtVersion of anything less never holds.

constexpr Version kFirstVersion = 1;
constexpr Version kLastVersion = std::numeric_limits<Version>::max();

Version Next(Version version) { return version == kLastVersion ? kLastVersion : version + 1; }

Change LowerWrite(Key key, Version version, std::string value) {
  if (version == kUnconditional) {
    return Change::Write(std::move(key), Guard::Anything(), kFirstVersion, std::move(value));
  }
  if (version == kFirstWrite) {
    return Change::Write(std::move(key), Guard::Absent(), kFirstVersion, std::move(value));
  }
  return Change::Write(std::move(key), Guard::AtVersion(version), Next(version), std::move(value));
}

Change LowerRemove(Key key, Version version) {
  const Guard guard = version == kUnconditional ? Guard::Present() : Guard::AtVersion(version);
  return Change::Remove(std::move(key), guard);
}

// Why these names cannot be accepted, or nullptr.
const char* ProblemWith(const Space& space, const Key& key) {
  if (CodePoints(key) > kKeyCodePointsMax) return "a key is longer than 600 characters";
  if (CodePoints(space.store) > kStoreIdCodePointsMax) {
    return "the store_id is longer than 120 characters";
  }
  if (key.find('\0') != Key::npos) return "a key contains a NUL character";
  if (space.store.find('\0') != std::string::npos) return "the store_id contains a NUL character";
  if (space.tenant.size() + space.store.size() + key.size() > kNameBytesMax) {
    return "the store_id and a key are together too long";
  }
  return nullptr;
}

bool HasRepeatedKey(const std::vector<Change>& changes) {
  std::unordered_set<std::string_view> keys;
  return std::any_of(changes.begin(), changes.end(),
                     [&](const Change& change) { return !keys.insert(change.key).second; });
}

// An unsigned decimal that fits a Rank; a leading plus sign and leading zeros are accepted.
std::optional<Rank> ParsePageToken(std::string_view token) {
  if (token.starts_with('+')) token.remove_prefix(1);
  if (token.empty() || token.front() < '0' || token.front() > '9') return std::nullopt;
  Rank rank = 0;
  const char* const end = token.data() + token.size();
  const auto [parsed_to, error] = std::from_chars(token.data(), end, rank);
  if (error != std::errc() || parsed_to != end) return std::nullopt;
  return rank;
}

}  // namespace

Unexpected<Failure> TooManyItems() {
  return Invalid("Number of write items per request should be less than equal to 1000");
}

Result<std::vector<Key>> LowerGet(const Space& space, const GetRequest& request) {
  if (const char* problem = ProblemWith(space, request.key)) return Invalid(problem);
  return std::vector<Key>{request.key};
}

Result<Batch> LowerPut(const Space& space, PutRequest request, const Limits& limits) {
  if (request.puts.size() + request.deletes.size() > kItemsMax) {
    return TooManyItems();
  }
  Batch batch;
  batch.changes.reserve(request.puts.size() + request.deletes.size() + 1);
  for (Item& item : request.puts) {
    if (const char* problem = ProblemWith(space, item.key)) return Invalid(problem);
    if (item.value.size() > limits.value_bytes_max) {
      return Invalid("a value is longer than " + std::to_string(limits.value_bytes_max) + " bytes");
    }
    batch.changes.push_back(LowerWrite(std::move(item.key), item.version, std::move(item.value)));
  }
  if (request.global_version) {
    batch.changes.push_back(LowerWrite(Key(kGlobalVersionKey), *request.global_version, {}));
  }
  for (Item& item : request.deletes) {
    if (const char* problem = ProblemWith(space, item.key)) return Invalid(problem);
    batch.changes.push_back(LowerRemove(std::move(item.key), item.version));
  }
  if (HasRepeatedKey(batch.changes)) return Invalid("a key appears twice in one put");
  return batch;
}

Result<Batch> LowerDelete(const Space& space, DeleteRequest request) {
  if (!request.item) return Invalid("key_value missing in DeleteObjectRequest");
  if (const char* problem = ProblemWith(space, request.item->key)) return Invalid(problem);
  Batch batch;
  batch.changes.push_back(LowerRemove(std::move(request.item->key), request.item->version));
  return batch;
}

Result<ListQuery> LowerList(const Space& space, const ListRequest& request) {
  if (const char* problem = ProblemWith(space, request.key_prefix)) return Invalid(problem);
  if (request.page_size && *request.page_size < 0) return Invalid("page_size is negative");

  ListQuery query;
  query.prefix = request.key_prefix;
  query.limit = kPageSizeMax;
  if (request.page_size) {
    query.limit = std::min(static_cast<std::uint32_t>(*request.page_size), kPageSizeMax);
  }
  query.apart = Key(kGlobalVersionKey);
  query.read_apart = !request.page_token.has_value();
  if (request.page_token && query.limit > 0) {
    query.older_than = ParsePageToken(*request.page_token);
    if (!query.older_than) return Invalid("Invalid page token");
  }
  return query;
}

ListResponse Raise(const ListQuery& query, Page page) {
  ListResponse response;
  response.key_versions.reserve(page.entries.size());
  for (auto& [key, version] : page.entries) {
    response.key_versions.push_back({std::move(key), version});
  }
  if (page.next) response.next_page_token = std::to_string(*page.next);
  if (query.read_apart) response.global_version = page.apart.value_or(0);
  return response;
}

}  // namespace vss::vss_api
