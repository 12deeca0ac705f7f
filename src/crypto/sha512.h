// HMAC-SHA512 and what BIP39 and BIP32 make of it: secrets.
//
// Threads: any.
#ifndef VSS_CRYPTO_SHA512_H_
#define VSS_CRYPTO_SHA512_H_

#include <cstdint>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace vss::crypto {

Secret<64> HmacSha512(ByteView key, ByteView message);

// PBKDF2 (RFC 8018).
Secret<64> Pbkdf2HmacSha512(ByteView password, ByteView salt, std::uint32_t iterations);

}  // namespace vss::crypto

#endif  // VSS_CRYPTO_SHA512_H_
