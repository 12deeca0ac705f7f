// A file that holds a secret key: 64 hex digits; blanks around them are accepted.
//
// The files of the original LSS programs (`~/.lss/server_key`, `~/.lss/client-key`) are such files.
#ifndef VSS_AUTH_KEY_FILE_H_
#define VSS_AUTH_KEY_FILE_H_

#include <optional>
#include <string>

#include "base/entropy.h"
#include "base/failure.h"
#include "crypto/secp256k1.h"
#include "crypto/secret.h"

namespace vss::auth {

struct KeyFile {
  crypto::SigningKey key;
  crypto::Secret<32> secret;  // The same, for what is derived from it.
  bool is_new = false;
  bool is_exposed = false;  // Others than the owner may read the file.
};

// Nullopt if there is no such file; kInvalid if it holds no key.
Result<std::optional<KeyFile>> LoadKeyFile(const std::string& path, Entropy& entropy);

// Reads the key, or makes one: readable by the owner only, and safe on disk before this returns.
// The last folder of the path is made if it is not there.  Of several programs that start at once,
// all get the same key; none is ever replaced.
Result<KeyFile> LoadOrMakeKeyFile(const std::string& path, Entropy& entropy);

}  // namespace vss::auth

#endif  // VSS_AUTH_KEY_FILE_H_
