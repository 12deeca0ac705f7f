#include "auth/caching_authorizer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "crypto/sha256.h"

namespace vss::auth {

CachingAuthorizer::CachingAuthorizer(std::unique_ptr<const Scheme> scheme, const Clock& clock,
                                     ProofCacheLimits limits)
    : scheme_(std::move(scheme)), clock_(clock), cache_(limits) {}

Result<Identity> CachingAuthorizer::Identify(std::optional<std::string_view> authorization) {
  if (!authorization) return Denied("Authorization header not found.");
  const crypto::Digest header = crypto::Sha256({BytesOf(*authorization)});
  const UnixSeconds now = Now();
  if (auto tenant = cache_.Find(header, now)) return Identity{*std::move(tenant)};

  VSS_TRY(Proof proof, scheme_->Verify(*authorization, now));
  Identity identity{proof.tenant};
  cache_.Insert(header, std::move(proof));
  return identity;
}

std::optional<Identity> CachingAuthorizer::Recognize(
    std::optional<std::string_view> authorization) {
  if (!authorization) return std::nullopt;
  auto tenant = cache_.Find(crypto::Sha256({BytesOf(*authorization)}), Now());
  if (!tenant) return std::nullopt;
  return Identity{*std::move(tenant)};
}

UnixSeconds CachingAuthorizer::Now() const {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.Wall()).time_since_epoch();
  return static_cast<UnixSeconds>(std::max<std::int64_t>(now.count(), 0));
}

}  // namespace vss::auth
