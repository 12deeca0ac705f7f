// Who is calling: the headers that every request carries.
//
// Threads:  every method, any thread.
#ifndef VSS_CREDENTIALS_H_
#define VSS_CREDENTIALS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "vss/client_error.h"
#include "vss/clock.h"
#include "vss/entropy.h"
#include "vss/extended_key.h"
#include "vss/http.h"
#include "vss/secret.h"

namespace vss::client {

class Credentials {
 public:
  virtual ~Credentials() = default;
  // Asked once for every attempt.
  virtual void Provide(ThenAnswer<Headers> then) = 0;
  // The server did not accept `headers`.  Whether Provide may have better ones now.
  virtual bool Refused(const Headers& headers) = 0;
};

// The same headers every time; none at all by default.
std::shared_ptr<Credentials> FixedCredentials(Headers headers = {});

// Signatures with a key that stands for the account (seal derives it from the wallet's seed).
// The header is good for a day at that server, for whoever sees it: use TLS.  `fixed` go along; an
// Authorization among them is replaced.  kInvalid if `key` is not a key.  `clock` outlives it.
Result<std::shared_ptr<Credentials>> SignatureCredentials(Secret<32> key, const Clock& clock,
                                                          Entropy& entropy, Headers fixed = {});

// A JSON Web Token from somewhere else.
//
// `fetch` is called when there is no token, when the present one expires within a minute, and when
// the server refused it: once at a time, however many calls wait for it.  A token is fetched, not
// verified; one without `exp` is kept until it is refused.  kCorrupt if it is not a JWT.
using TokenSource = std::function<void(ThenAnswer<std::string> then)>;
std::shared_ptr<Credentials> TokenCredentials(TokenSource fetch, const Clock& clock,
                                              Headers fixed = {});

// Where an LNURL-auth login takes place (LUD-04, LUD-05), and who logs in.
struct LnurlAuth {
  std::string auth_url;  // https, unless the host is loopback.
  Headers fixed = {};    // Sent to the auth server: to no other scheme, host or port.
  // The LNURL may name another host than `auth_url`.  The account depends on that host.
  bool allow_other_host = false;
  seal::ExtendedKey parent;  // LDK Node: m/877'/138' of the wallet (LdkNodeKeys::lnurl_parent).
};

// Tokens by LNURL-auth, for TokenCredentials.  kInvalid if `auth_url` cannot be used.
// `transport` and `entropy` outlive it.
Result<TokenSource> LnurlTokens(LnurlAuth auth, Transport& transport, Entropy& entropy);

}  // namespace vss::client

#endif  // VSS_CREDENTIALS_H_
