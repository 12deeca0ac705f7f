// What a login server says: LNURLs, their answers, and tokens.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "base/entropy.h"
#include "client/jwt.h"
#include "client/lnurl_login.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vss::client;
  static vss::SystemEntropy entropy;
  static const LnurlAuth kAuth{
      .auth_url = "https://site.com/auth",
      .parent = vss::seal::ExtendedKey::FromSeed(vss::BytesOf("0123456789abcdef")).value()};
  const std::string text(vss::TextOf({data, size}));
  (void)ParseJwt(text);

  LnurlLogin first(kAuth, entropy);
  const auto signed_step = first.OnReply(HttpReply{.status = 200, .body = text});
  if (signed_step) CHECK(signed_step->request->url.starts_with(text));

  LnurlLogin second(kAuth, entropy);
  const std::string k1(64, '1');
  CHECK(second.OnReply(HttpReply{.status = 200, .body = "https://site.com/?tag=login&k1=" + k1}));
  const auto end = second.OnReply(HttpReply{.status = 200, .body = text});
  if (end) CHECK(!end->request);
  return 0;
}
