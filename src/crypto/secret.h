// Public: see vss/secret.h.
#ifndef VSS_CRYPTO_SECRET_H_
#define VSS_CRYPTO_SECRET_H_

#include "vss/secret.h"  // IWYU pragma: export

namespace vss::crypto {

using vss::IsEqualInConstantTime;
using vss::Secret;
using vss::Wipe;

}  // namespace vss::crypto

#endif  // VSS_CRYPTO_SECRET_H_
