#include "vss/credentials.h"

#include <optional>
#include <utility>

#include "auth/signature.h"
#include "base/check.h"
#include "crypto/secp256k1.h"

namespace vss::client {
namespace {

class Fixed final : public Credentials {
 public:
  explicit Fixed(Headers headers) : headers_(std::move(headers)) {}

  void Provide(ThenAnswer<Headers> then) override { then(headers_); }
  bool Refused(const Headers&) override { return false; }

 private:
  const Headers headers_;
};

class Signatures final : public Credentials {
 public:
  Signatures(crypto::SigningKey key, const Clock& clock, Headers fixed)
      : signer_(std::move(key)), clock_(clock), fixed_(std::move(fixed)) {}

  void Provide(ThenAnswer<Headers> then) override {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.Wall().time_since_epoch());
    if (now.count() < 0) {
      return then(Unexpected(Error{.kind = Kind::kInvalid, .message = "the clock is before 1970"}));
    }
    Headers headers = fixed_;
    CHECK(headers.Set("Authorization",
                      signer_.HeaderAt(static_cast<auth::UnixSeconds>(now.count()))));
    then(std::move(headers));
  }
  bool Refused(const Headers&) override { return false; }

 private:
  const auth::SignatureCredentials signer_;
  const Clock& clock_;
  const Headers fixed_;
};

}  // namespace

std::shared_ptr<Credentials> FixedCredentials(Headers headers) {
  return std::make_shared<Fixed>(std::move(headers));
}

Result<std::shared_ptr<Credentials>> SignatureCredentials(Secret<32> key, const Clock& clock,
                                                          Entropy& entropy, Headers fixed) {
  std::optional<crypto::SigningKey> signing_key = crypto::SigningKey::Make(std::move(key), entropy);
  if (!signing_key) return Invalid("this is not a private key");
  return std::shared_ptr<Credentials>(
      std::make_shared<Signatures>(*std::move(signing_key), clock, std::move(fixed)));
}

}  // namespace vss::client
