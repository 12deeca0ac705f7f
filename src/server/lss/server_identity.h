// The store remembers which server's signers it serves.
//
// A server that comes up with another key, because the file was lost or a second server was given
// its own, would lock every signer out, and they could not tell why.  So the first server key that
// a store is used with is written into it, and a different one is refused.
#ifndef VSS_SERVER_LSS_SERVER_IDENTITY_H_
#define VSS_SERVER_LSS_SERVER_IDENTITY_H_

#include <string>

#include "base/clock.h"
#include "base/failure.h"
#include "crypto/secp256k1.h"
#include "store/store.h"

namespace vss::server {

enum class IfServerIdDiffers { kRefuse, kAccept };

// Waits for the store.  kInvalid if it is another's.
Result<Done> CheckServerId(store::Store& store, const crypto::CompressedKey& id,
                           IfServerIdDiffers if_differs, const Clock& clock);

// Whether nobody depends on a server key yet, so that one may be made at `path`, where there is
// none.  Waits for the store.  kInvalid if somebody does.
Result<Done> MayMakeServerKey(store::Store& store, const std::string& path, const Clock& clock);

}  // namespace vss::server

#endif  // VSS_SERVER_LSS_SERVER_IDENTITY_H_
