// The wallets that the load generator plays: who they are, what their stores and keys are called.
//
// The same name gives the same wallets, so that a later run can use what an earlier one has stored.
#ifndef VSS_BENCH_LOAD_WALLETS_H_
#define VSS_BENCH_LOAD_WALLETS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/signature.h"
#include "base/failure.h"

namespace vss::bench {

enum class Auth {
  kNone,
  kSignature,  // As deployed clients: made anew for every second in which there is a request.
  kSignatureForTheRun,  // Made once, ahead.
  kJwt,                 // Made once, ahead.
};

class Wallets final {
 public:
  struct Options {
    std::string name;
    std::size_t stores = 1;
    std::size_t tenants = 1;  // Store i belongs to tenant i % tenants.
    Auth auth = Auth::kNone;
    std::string jwt_key = {};  // The file of an RSA private key.
  };
  static Result<std::unique_ptr<Wallets>> Make(Options options);

  std::size_t size() const { return options_.stores; }
  std::string StoreId(std::size_t store) const;
  // The Authorization header for the owner of `store`, or empty.
  const std::string& Credentials(std::size_t store);

  // 64 characters, as long as the names that LDK Node makes of its keys; every tenth key has the
  // same prefix.
  static std::string KeyName(std::size_t key);
  static std::string PrefixOf(std::size_t key);
  static constexpr std::size_t kPrefixes = 10;

 private:
  struct Tenant {
    std::optional<auth::SignatureCredentials> signer;
    std::int64_t signed_at = 0;
    std::string header;
  };

  explicit Wallets(Options options) : options_(std::move(options)) {}

  Options options_;
  std::vector<Tenant> tenants_;
};

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_WALLETS_H_
