#include "server/log/tenant_digest.h"

#include "base/bytes.h"
#include "crypto/hex.h"
#include "crypto/sha256.h"

namespace vss::server {

std::string TenantDigest(std::string_view tenant) {
  return crypto::EncodeHex(crypto::Sha256({BytesOf(tenant)})).substr(0, 12);
}

}  // namespace vss::server
