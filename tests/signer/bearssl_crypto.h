// The table of cryptography that a signer brings: here BearSSL's.
#ifndef VSS_TESTS_SIGNER_BEARSSL_CRYPTO_H_
#define VSS_TESTS_SIGNER_BEARSSL_CRYPTO_H_

#include "vss/signer/crypto.h"

namespace firmware {

const vss::seal::Crypto& BearSslCrypto();

}  // namespace firmware

#endif  // VSS_TESTS_SIGNER_BEARSSL_CRYPTO_H_
