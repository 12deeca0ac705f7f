// One login by LNURL-auth, as a state machine: what to get, and the token in the end.
//
//   GET auth_url       -> the LNURL, as text: whom to sign for (`k1`)
//   GET LNURL+sig+key  -> {"token": "..."} or {"reason": "..."}
//
// Threads:  one at a time.
#ifndef VSS_CLIENT_LNURL_LOGIN_H_
#define VSS_CLIENT_LNURL_LOGIN_H_

#include <optional>
#include <string>

#include "client/verdict.h"
#include "vss/credentials.h"

namespace vss::client {

// kInvalid unless it is https, or on this machine.
Result<Done> CheckAuthUrl(const std::string& url);

class LnurlLogin final {
 public:
  // `auth`, whose URL was checked, and `entropy` outlive it.
  LnurlLogin(const LnurlAuth& auth, Entropy& entropy) : auth_(auth), entropy_(entropy) {}

  struct Step {
    std::optional<HttpRequest> request;  // To be sent; or, if there is none,
    std::string token;                   // this came of it.
  };
  Step Begin() const { return {Get(auth_.auth_url), {}}; }
  // kDenied if the server says no; kCorrupt for replies that are none of a login, or a challenge
  // of somebody else.
  Answer<Step> OnReply(const Reply& reply);

 private:
  HttpRequest Get(std::string url) const;
  Answer<Step> OnChallenge(const std::string& lnurl);
  static Answer<Step> OnLogin(const HttpReply& reply);

  const LnurlAuth& auth_;
  Entropy& entropy_;
  bool has_signed_ = false;
};

}  // namespace vss::client

#endif  // VSS_CLIENT_LNURL_LOGIN_H_
