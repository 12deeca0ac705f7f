// Values that the server can neither read nor make.
//
//   sealed = ChaCha20(value || mac)         nonce: SHA-256(key || version), its first 12 bytes
//   mac    = HMAC-SHA256(key || version || value)
//
// both under one secret, with the version as 64 bits, big-endian; as deployed clients do it.  A
// sealed value opens under its own key and version only, which is what catches a man in the middle
// who moves the ends of records.
//
// Two different values sealed for the same key and version give both away: who tries a put again
// must send the same value again.
//
// Threads: any.
#ifndef VSS_LSS_CLIENT_SEALED_VALUE_H_
#define VSS_LSS_CLIENT_SEALED_VALUE_H_

#include <string>
#include <string_view>

#include "base/failure.h"
#include "core/record.h"
#include "crypto/secret.h"

namespace vss::lss_client {

std::string SealValue(const crypto::Secret<32>& secret, const Key& key, Version version,
                      std::string_view value);

// kCorrupt if it was not sealed so.
Result<std::string> OpenValue(const crypto::Secret<32>& secret, const Key& key, Version version,
                              std::string_view sealed);

}  // namespace vss::lss_client

#endif  // VSS_LSS_CLIENT_SEALED_VALUE_H_
