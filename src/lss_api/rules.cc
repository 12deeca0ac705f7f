#include "lss_api/rules.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/tenant.h"
#include "core/utf8.h"
#include "crypto/hex.h"
#include "lss_api/receipt.h"

namespace vss::lss_api {
namespace {

// What the version of an item in a put asks for.  It is also the version that it leaves.
//
//   version   asks for
//   -------   --------------------------
//      0      the key to be absent
//      n      the key to be at n-1
//    < 0      nothing can satisfy it: no key is ever at a negative version

Change Lower(Record item) {
  const Guard guard = item.version == 0  ? Guard::Absent()
                      : item.version > 0 ? Guard::AtVersion(item.version - 1)
                                         : Guard::AtVersion(kAbsent);
  return Change::Write(std::move(item.key), guard, item.version, std::move(item.value));
}

// Why this key cannot be accepted, or nullptr.
const char* ProblemWith(const Space& space, const Key& key) {
  if (CodePoints(key) > kKeyCodePointsMax) return "a key is longer than 600 characters";
  if (key.find('\0') != Key::npos) return "a key contains a NUL character";
  if (space.tenant.size() + key.size() > kNameBytesMax) return "a key is too long";
  return nullptr;
}

bool IsOutOfOrder(const Record& a, const Record& b) { return a.key > b.key; }
bool HasSameKey(const Record& a, const Record& b) { return a.key == b.key; }

}  // namespace

Space SpaceOf(const crypto::CompressedKey& client_id) {
  return {std::string(kLssTenantPrefix) + crypto::EncodeHex(client_id), ""};
}

Result<Done> CheckOrder(const std::vector<Record>& items) {
  if (std::ranges::adjacent_find(items, IsOutOfOrder) != items.end()) {
    return Invalid("keys are not sorted");
  }
  return Done{};
}

Result<Batch> LowerPut(const Space& space, std::vector<Record> items, const Limits& limits) {
  if (std::ranges::adjacent_find(items, HasSameKey) != items.end()) {
    return Invalid("a key appears twice in one put");
  }
  Batch batch;
  batch.changes.reserve(items.size());
  for (Record& item : items) {
    if (const char* problem = ProblemWith(space, item.key)) return Invalid(problem);
    if (item.value.size() > limits.value_bytes_max) {
      return Invalid("a value is longer than " + std::to_string(limits.value_bytes_max) + " bytes");
    }
    batch.changes.push_back(Lower(std::move(item)));
  }
  return batch;
}

Result<ScanQuery> LowerGet(const GetRequest& request, const Limits& limits, std::size_t bytes_max) {
  if (request.nonce.empty()) return Invalid("the nonce is empty");
  if (!limits.any_nonce && request.nonce.size() != kNonceBytes) {
    return Invalid("the nonce is not 32 bytes long");
  }
  if (limits.refuse_unsafe_nonces && IsUnsafeNonce(request.nonce)) {
    return Invalid("the nonce begins like a put; draw another");
  }
  if (request.key_prefix.find('\0') != Key::npos) {
    return Invalid("the key prefix contains a NUL character");
  }
  return ScanQuery{request.key_prefix, bytes_max};
}

std::vector<Record> Raise(const std::vector<Obstacle>& obstacles, std::vector<Record> present) {
  std::unordered_map<std::string_view, Record*> by_key;
  for (Record& record : present) by_key.emplace(record.key, &record);
  std::vector<Record> conflicts;
  conflicts.reserve(obstacles.size());
  for (const Obstacle& obstacle : obstacles) {
    const auto found = by_key.find(obstacle.key);
    if (found == by_key.end()) {
      conflicts.push_back({obstacle.key, kAbsent, {}});
    } else {
      conflicts.push_back({obstacle.key, found->second->version, std::move(found->second->value)});
    }
  }
  return conflicts;
}

}  // namespace vss::lss_api
