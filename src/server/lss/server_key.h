// The secret key that a server of LSS is known by.
//
//   FOLDER/server_key    64 hex digits; blanks around them are accepted
//
// The file of the original `lssd` (~/.lss/server_key) is one of these.  Who loses it locks every
// client out; who copies it can pass for the server.
#ifndef VSS_SERVER_LSS_SERVER_KEY_H_
#define VSS_SERVER_LSS_SERVER_KEY_H_

#include <string>

#include "base/entropy.h"
#include "base/failure.h"
#include "crypto/secp256k1.h"

namespace vss::server {

struct ServerKey {
  crypto::SigningKey key;
  bool is_new = false;
  bool is_exposed = false;  // Others than the owner may read the file.
};

// Reads the key, or makes one: readable by the owner only, and safe on disk before this returns.
// Of several servers that start at once, all get the same.
Result<ServerKey> LoadOrMakeServerKey(const std::string& folder, Entropy& entropy);

}  // namespace vss::server

#endif  // VSS_SERVER_LSS_SERVER_KEY_H_
