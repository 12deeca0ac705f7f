#include "server/assembly/make_authorizer.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/caching_authorizer.h"
#include "auth/combined.h"
#include "auth/jwt.h"
#include "auth/open.h"
#include "auth/signature.h"
#include "crypto/rsa.h"
#include "server/assembly/files.h"

namespace vss::server {
namespace {

// What is often taken for a public key, and what makes one of it.
std::string_view AdviceFor(std::string_view pem) {
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos) {
    return ": this is a private key, which only the issuer of tokens should have (openssl pkey "
           "-pubout makes the public one)";
  }
  if (pem.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos) {
    return ": this is a certificate (openssl x509 -pubkey -noout makes its public key)";
  }
  return "";
}

Result<std::vector<crypto::RsaPublicKey>> ReadKeys(const std::vector<std::string>& settings) {
  std::vector<crypto::RsaPublicKey> keys;
  for (const std::string& setting : settings) {
    VSS_TRY(const std::string pem, ReadPem(setting));
    auto key = crypto::RsaPublicKey::Parse(pem);
    if (!key) {
      const std::string which =
          pem == setting ? "number " + std::to_string(keys.size() + 1) + " of the list" : setting;
      return Invalid(which + ": " + key.error().message + std::string(AdviceFor(pem)));
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace

Result<std::unique_ptr<auth::Authorizer>> MakeAuthorizer(const Config::Auth& config,
                                                         const Clock& clock) {
  const auto has = [&](std::string_view scheme) {
    return std::find(config.schemes.begin(), config.schemes.end(), scheme) != config.schemes.end();
  };
  if (has("none")) {
    return std::unique_ptr<auth::Authorizer>(std::make_unique<auth::OpenAuthorizer>());
  }

  std::unique_ptr<const auth::Scheme> scheme = std::make_unique<auth::SignatureScheme>();
  if (has("jwt")) {
    auto keys = ReadKeys(config.jwt_public_keys);
    if (!keys) return Invalid("auth.jwt_public_keys: " + keys.error().message);
    auth::JwtScheme tokens(*std::move(keys));
    if (has("signature")) {
      scheme = std::make_unique<auth::CombinedScheme>(std::move(tokens));
    } else {
      scheme = std::make_unique<auth::JwtScheme>(std::move(tokens));
    }
  }
  const auth::ProofCacheLimits limits{.proofs_max = config.cached_proofs_max};
  return std::unique_ptr<auth::Authorizer>(
      std::make_unique<auth::CachingAuthorizer>(std::move(scheme), clock, limits));
}

}  // namespace vss::server
