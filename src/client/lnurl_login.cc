#include "client/lnurl_login.h"

#include <memory>
#include <utility>
#include <vector>

#include "auth/json_fields.h"
#include "client/text.h"
#include "client/url.h"
#include "vss/lnurl_auth.h"

namespace vss::client {
namespace {

constexpr std::size_t kReplyBytesMax = std::size_t{64} << 10;
constexpr std::chrono::seconds kRequestTimeMax{10};

Unexpected<Error> Fail(Kind kind, std::string message, std::string detail = {}) {
  return Unexpected(
      Error{.kind = kind, .message = std::move(message), .detail = std::move(detail)});
}

bool IsSafe(std::string_view scheme, std::string_view host) {
  return scheme == "https" || (scheme == "http" && (IsLoopback(host) || IsOnion(host)));
}

// Without its query, which may hold anything.
std::optional<UrlParts> PartsOf(std::string_view url) {
  return ParseBaseUrl(url.substr(0, url.find('?')));
}

// A status that says to come back, or nothing of interest.
std::optional<Error> BadStatus(const HttpReply& reply) {
  Error error{
      .kind = Kind::kUnavailable,
      .message = "the login server answered with HTTP status " + std::to_string(reply.status),
      .http_status = reply.status};
  if (reply.status >= 500 || reply.status == 429) return error;
  error.kind = reply.status == 401 || reply.status == 403 ? Kind::kDenied : Kind::kCorrupt;
  if (reply.status < 200 || reply.status >= 300) return error;
  return std::nullopt;
}

// Runs a login over a transport.
class Runner final : public std::enable_shared_from_this<Runner> {
 public:
  Runner(std::shared_ptr<const LnurlAuth> auth, Transport& transport, Entropy& entropy,
         ThenAnswer<std::string> then)
      : auth_(std::move(auth)),
        transport_(transport),
        login_(*auth_, entropy),
        then_(std::move(then)) {}

  void Begin() { Take(login_.Begin()); }

 private:
  void Take(Answer<LnurlLogin::Step> step) {
    if (!step) return then_(Unexpected(std::move(step).error()));
    if (!step->request) return then_(std::move(step->token));
    transport_.Send(*std::move(step->request), [self = shared_from_this()](const Reply& reply) {
      self->Take(self->login_.OnReply(reply));
    });
  }

  const std::shared_ptr<const LnurlAuth> auth_;
  Transport& transport_;
  LnurlLogin login_;
  ThenAnswer<std::string> then_;
};

}  // namespace

Result<Done> CheckAuthUrl(const std::string& url) {
  const auto parts = PartsOf(url);
  if (!parts) return Invalid("the login server's address is not an http or https URL");
  if (!IsSafe(parts->scheme, parts->host)) return Invalid("a login needs https");
  return Done{};
}

HttpRequest LnurlLogin::Get(std::string url) const {
  const auto parts = PartsOf(url);
  const bool is_for_auth_server = parts && parts == PartsOf(auth_.auth_url);
  return {.method = "GET",
          .url = std::move(url),
          .headers = is_for_auth_server ? auth_.fixed : Headers(),
          .time_max = kRequestTimeMax,
          .reply_bytes_max = kReplyBytesMax};
}

Answer<LnurlLogin::Step> LnurlLogin::OnReply(const Reply& reply) {
  if (!reply) {
    return Fail(Kind::kUnavailable, "no reply from the login server", reply.error().message);
  }
  if (has_signed_) return OnLogin(*reply);
  if (auto error = BadStatus(*reply)) return Unexpected(*std::move(error));
  return OnChallenge(reply->body);
}

Answer<LnurlLogin::Step> LnurlLogin::OnChallenge(const std::string& lnurl) {
  const auto challenge = seal::ParseLnurl(lnurl);
  if (!challenge) {
    return Fail(Kind::kCorrupt, "the login server sent no LNURL", challenge.error().message);
  }
  if (challenge->tag != "login") return Fail(Kind::kCorrupt, "the LNURL is not for logging in");
  if (!IsSafe(challenge->scheme, challenge->host)) {
    return Fail(Kind::kCorrupt, "the LNURL is not https");
  }
  if (!auth_.allow_other_host && challenge->host != PartsOf(auth_.auth_url)->host) {
    return Fail(Kind::kCorrupt, "the LNURL names another host than the login server's");
  }
  Result<std::string> url = seal::SignLnurl(*challenge, auth_.parent, entropy_);
  if (!url) return Unexpected(ErrorOf(url.error()));
  has_signed_ = true;
  return Step{Get(*std::move(url)), {}};
}

Answer<LnurlLogin::Step> LnurlLogin::OnLogin(const HttpReply& reply) {
  using Type = auth::JsonField::Type;
  std::vector<auth::JsonField> fields = {{.name = "token"}, {.name = "reason"}};
  if (auth::ReadFields(reply.body, fields) == auth::JsonShape::kObject) {
    if (fields[0].type == Type::kString) return Step{std::nullopt, std::move(fields[0].text)};
    if (fields[1].type == Type::kString) {
      return Fail(Kind::kDenied, "the login was refused", Shown(fields[1].text));
    }
  }
  if (auto error = BadStatus(reply)) return Unexpected(*std::move(error));
  return Fail(Kind::kCorrupt, "the login server sent neither a token nor a reason");
}

Result<TokenSource> LnurlTokens(LnurlAuth auth, Transport& transport, Entropy& entropy) {
  VSS_RETURN_IF_FAILED(CheckAuthUrl(auth.auth_url));
  return TokenSource([shared = std::make_shared<const LnurlAuth>(std::move(auth)), &transport,
                      &entropy](ThenAnswer<std::string> then) {
    std::make_shared<Runner>(shared, transport, entropy, std::move(then))->Begin();
  });
}

}  // namespace vss::client
