#include "auth/proof_cache.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace vss::auth {

ProofCache::ProofCache(ProofCacheLimits limits)
    : shard_limits_{std::max<std::size_t>(limits.proofs_max / kShards, 1),
                    std::max<std::size_t>(limits.proofs_per_tenant_max / kShards, 1)} {}

std::optional<std::string> ProofCache::Find(const crypto::Digest& header, UnixSeconds now) const {
  return shards_[ShardOf(header)].With([&](const Shard& shard) -> std::optional<std::string> {
    const auto found = shard.by_header.find(header);
    if (found == shard.by_header.end()) return std::nullopt;
    const Proof& proof = found->second->proof;
    if (!proof.CountsAt(now)) return std::nullopt;
    return proof.tenant;
  });
}

void ProofCache::Insert(const crypto::Digest& header, Proof proof) {
  shards_[ShardOf(header)].With(
      [&](Shard& shard) { shard.Insert(header, std::move(proof), shard_limits_); });
}

std::size_t ProofCache::Size() const {
  std::size_t size = 0;
  for (const auto& shard : shards_) {
    size += shard.With([](const Shard& s) { return s.entries.size(); });
  }
  return size;
}

std::size_t ProofCache::HashOfDigest::operator()(const crypto::Digest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

void ProofCache::Shard::Insert(const crypto::Digest& header, Proof proof,
                               const ProofCacheLimits& limits) {
  if (by_header.contains(header)) return;  // Another thread verified it at the same time.
  const auto same_tenant = by_tenant.find(proof.tenant);
  if (same_tenant != by_tenant.end() &&
      same_tenant->second.size() >= limits.proofs_per_tenant_max) {
    Remove(same_tenant->second.front());
  }
  if (entries.size() >= limits.proofs_max) Remove(entries.begin());

  entries.push_back({header, std::move(proof)});
  const auto entry = std::prev(entries.end());
  by_header.emplace(header, entry);
  by_tenant[entry->proof.tenant].push_back(entry);
}

void ProofCache::Shard::Remove(Entries::iterator entry) {
  by_header.erase(entry->header);
  const auto same_tenant = by_tenant.find(entry->proof.tenant);
  std::erase(same_tenant->second, entry);
  if (same_tenant->second.empty()) by_tenant.erase(same_tenant);
  entries.erase(entry);
}

}  // namespace vss::auth
