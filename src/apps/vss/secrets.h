// Secrets come from files only: a command line can be read by everybody on the machine.
//
// A file that somebody else than its owner may read is refused.  Pipes are fine, as in
// --mnemonic-file <(pass show wallet).
#ifndef VSS_APPS_VSS_SECRETS_H_
#define VSS_APPS_VSS_SECRETS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "apps/vss/settings.h"
#include "base/failure.h"
#include "vss/ldk_node.h"
#include "vss/secret.h"

namespace vss::apps {

// Text that wipes itself.
class SecretText final {
 public:
  explicit SecretText(std::string text) : text_(std::move(text)) {}
  SecretText(SecretText&& other) noexcept : text_(std::exchange(other.text_, {})) {}
  SecretText(const SecretText&) = delete;
  ~SecretText();

  std::string_view Bytes() const { return text_; }
  std::string_view Trimmed() const;  // Without white space at its ends.

 private:
  std::string text_;
};

// At most 64 KiB.
Result<SecretText> ReadSecretFile(const std::string& path);

// 32 bytes, raw or as 64 hex digits.
Result<Secret<32>> ReadKeyFile(const std::string& path);

// What the settings say about the wallet: nothing, the key of its values, or all its keys.
struct WalletKeys {
  std::optional<seal::StoreKeys> store;
  std::optional<Secret<32>> signing_key;
  std::optional<seal::ExtendedKey> lnurl_parent;
};
Result<WalletKeys> ReadWallet(const Settings& settings);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_SECRETS_H_
