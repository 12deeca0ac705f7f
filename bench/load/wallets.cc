#include "bench/load/wallets.h"

#include <ctime>
#include <fstream>
#include <iterator>
#include <utility>

#include "auth/jwt.h"
#include "base/entropy.h"
#include "crypto/rsa.h"
#include "crypto/secp256k1.h"
#include "crypto/sha256.h"

namespace vss::bench {
namespace {

constexpr std::int64_t kTokenSeconds = 86'400;

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Invalid("cannot read " + path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

auth::SignatureCredentials SignerOf(const std::string& name, Entropy& entropy) {
  const crypto::Digest digest = crypto::Sha256({BytesOf(name)});
  return auth::SignatureCredentials(*crypto::SigningKey::Make(crypto::Secret<32>(digest), entropy));
}

}  // namespace

Result<std::unique_ptr<Wallets>> Wallets::Make(Options options) {
  std::unique_ptr<Wallets> wallets(new Wallets(std::move(options)));
  const Options& o = wallets->options_;
  wallets->tenants_.resize(o.tenants);
  SystemEntropy entropy;
  std::optional<crypto::RsaPrivateKey> key;
  if (o.auth == Auth::kJwt) {
    VSS_TRY(const std::string pem, ReadFile(o.jwt_key));
    VSS_TRY(key, crypto::RsaPrivateKey::Parse(pem));
  }
  const std::int64_t now = std::time(nullptr);
  for (std::size_t i = 0; i < o.tenants; ++i) {
    Tenant& tenant = wallets->tenants_[i];
    const std::string name = o.name + "-" + std::to_string(i);
    if (o.auth == Auth::kJwt) {
      tenant.header =
          "Bearer " + auth::SignJwt(*key, R"({"sub":")" + name + R"(","exp":)" +
                                              std::to_string(now + kTokenSeconds) + "}");
    } else if (o.auth != Auth::kNone) {
      tenant.signer = SignerOf(name, entropy);
      tenant.signed_at = now;
      tenant.header = tenant.signer->HeaderAt(now);
    }
  }
  return wallets;
}

std::string Wallets::StoreId(std::size_t store) const {
  return options_.name + "-" + std::to_string(store / options_.tenants) +
         (options_.auth == Auth::kNone ? "-" + std::to_string(store % options_.tenants) : "");
}

const std::string& Wallets::Credentials(std::size_t store) {
  Tenant& tenant = tenants_[store % options_.tenants];
  if (options_.auth == Auth::kSignature) {
    const std::int64_t now = std::time(nullptr);
    if (tenant.signed_at != now) {
      tenant.signed_at = now;
      tenant.header = tenant.signer->HeaderAt(now);
    }
  }
  return tenant.header;
}

std::string Wallets::PrefixOf(std::size_t key) {
  std::string prefix(41, 'n');
  prefix[0] = static_cast<char>('0' + key % kPrefixes);
  return prefix + "#";
}

std::string Wallets::KeyName(std::size_t key) {
  const std::string number = std::to_string(key);
  return PrefixOf(key) + std::string(22 - number.size(), 'k') + number;
}

}  // namespace vss::bench
