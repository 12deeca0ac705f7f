// LNURL-auth (LUD-04, LUD-05): logging in by signing a challenge, with a key of its own for every
// host.
//
// Threads:  any.
#ifndef VSS_LNURL_AUTH_H_
#define VSS_LNURL_AUTH_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "vss/entropy.h"
#include "vss/extended_key.h"
#include "vss/failure.h"
#include "vss/secret.h"

namespace vss::seal {

// What a server asks to be signed.
struct LnurlChallenge {
  std::string url;     // As it came.
  std::string scheme;  // In lower case.
  std::string host;    // In lower case, without the port; an IPv6 address in brackets.
  std::string tag;     // The parameter `tag`; empty if there is none.
  std::array<std::uint8_t, 32> k1;
};

// kInvalid unless it is the text of an absolute URL whose first parameter `k1` is 64 hex digits.
// Whom to trust is the caller's to decide: by scheme, host and tag.
Result<LnurlChallenge> ParseLnurl(std::string_view url);

// Where the key for a host hangs below the parent, whose child 0 is `hashing_key`.
std::array<std::uint32_t, 4> LinkingPath(const Secret<32>& hashing_key, std::string_view host);

// The private key that `parent` (LDK Node's lnurl_parent) has for a host.
Result<Secret<32>> LinkingKey(const ExtendedKey& parent, std::string_view host);

// The URL to call: the challenge's with `sig` and `key` behind its parameters.  `entropy` hides the
// key from a neighbour who listens; it does not change the result.
Result<std::string> SignLnurl(const LnurlChallenge& challenge, const ExtendedKey& parent,
                              Entropy& entropy);

}  // namespace vss::seal

#endif  // VSS_LNURL_AUTH_H_
