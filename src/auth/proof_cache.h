// Proofs that were verified, under the hash of the header they came in.
//
// Only what was verified gets in, so filling the cache costs an attacker a genuine proof an entry;
// and a tenant keeps to its share, so one that makes new proofs for ever pushes out its own.  What
// is here is no credential: neither a header nor a token can be had from it.
//
// Threads:  every method, any thread.
// Sizes:    an entry takes some 400 bytes, 1.5 kB with the longest of tenants.
#ifndef VSS_AUTH_PROOF_CACHE_H_
#define VSS_AUTH_PROOF_CACHE_H_

#include <array>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "auth/scheme.h"
#include "base/guarded.h"
#include "crypto/sha256.h"

namespace vss::auth {

// Each shard takes an eighth of these, and at least one.
struct ProofCacheLimits {
  std::size_t proofs_max = 65536;
  std::size_t proofs_per_tenant_max = 16;
};

class ProofCache final {
 public:
  explicit ProofCache(ProofCacheLimits limits);

  // Whose proof it is, if it is here and counts at `now`.
  std::optional<std::string> Find(const crypto::Digest& header, UnixSeconds now) const;

  // Keeps `proof`.  The oldest goes if there is no room: of the tenant, or of all.
  void Insert(const crypto::Digest& header, Proof proof);

  std::size_t Size() const;

 private:
  struct Entry {
    crypto::Digest header;
    Proof proof;
  };
  using Entries = std::list<Entry>;

  struct HashOfDigest {
    std::size_t operator()(const crypto::Digest& digest) const;
  };

  struct Shard {
    Entries entries;  // The oldest first.
    std::unordered_map<crypto::Digest, Entries::iterator, HashOfDigest> by_header;
    std::unordered_map<std::string, std::vector<Entries::iterator>> by_tenant;  // Likewise.

    void Insert(const crypto::Digest& header, Proof proof, const ProofCacheLimits& limits);
    void Remove(Entries::iterator entry);
  };

  static constexpr std::size_t kShards = 8;
  static std::size_t ShardOf(const crypto::Digest& header) { return header.back() % kShards; }

  const ProofCacheLimits shard_limits_;
  std::array<Guarded<Shard>, kShards> shards_;
};

}  // namespace vss::auth

#endif  // VSS_AUTH_PROOF_CACHE_H_
