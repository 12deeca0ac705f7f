// The table of cryptography for ordinary machines.
#ifndef VSS_HOST_CRYPTO_H_
#define VSS_HOST_CRYPTO_H_

#include "vss/entropy.h"
#include "vss/signer/crypto.h"

namespace vss::seal {

// OpenSSL.  A constant of the program; any thread may use it.
const Crypto& HostCrypto();

// `entropy` as a signer's function takes it.  It must outlive what is returned.
EntropySource SourceOf(Entropy& entropy);

}  // namespace vss::seal

#endif  // VSS_HOST_CRYPTO_H_
