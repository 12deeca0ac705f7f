// The authorizer of a scheme.  What the scheme has verified once is remembered, so that a wallet
// that comes back with the same proof costs no public-key operation; the time is looked at anew
// whenever it comes.
//
// Keys that are no longer trusted must not live on in what is remembered: a new set of keys is a
// new authorizer.
#ifndef VSS_AUTH_CACHING_AUTHORIZER_H_
#define VSS_AUTH_CACHING_AUTHORIZER_H_

#include <memory>

#include "auth/authorizer.h"
#include "auth/proof_cache.h"
#include "auth/scheme.h"
#include "base/clock.h"

namespace vss::auth {

class CachingAuthorizer final : public Authorizer {
 public:
  CachingAuthorizer(std::unique_ptr<const Scheme> scheme, const Clock& clock,
                    ProofCacheLimits limits = {});

  Result<Identity> Identify(std::optional<std::string_view> authorization) override;
  std::optional<Identity> Recognize(std::optional<std::string_view> authorization) override;

 private:
  UnixSeconds Now() const;

  const std::unique_ptr<const Scheme> scheme_;
  const Clock& clock_;
  ProofCache cache_;
};

}  // namespace vss::auth

#endif  // VSS_AUTH_CACHING_AUTHORIZER_H_
