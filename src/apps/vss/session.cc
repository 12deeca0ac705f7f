#include "apps/vss/session.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "backup/survey.h"
#include "crypto/base64.h"

namespace vss::apps {
namespace {

constexpr client::Duration kAttemptTimeMin = std::chrono::seconds(30);
constexpr std::size_t kReplyBytesBesides = std::size_t{4} << 10;  // The key, and what frames it.
constexpr std::size_t kListBytesMax = std::size_t{16} << 20;

Result<client::Duration> ParseTimeout(const std::string& text) {
  int seconds = 120;
  const char* const end = text.data() + text.size();
  if (!text.empty()) {
    const auto [last, error] = std::from_chars(text.data(), end, seconds);
    if (error != std::errc() || last != end || seconds < 1) {
      return Invalid("timeout must be a number of seconds");
    }
  }
  return std::chrono::seconds(seconds);
}

Result<bool> ParseFlag(const std::string& name, const std::string& text) {
  if (text.empty() || text == "false" || text == "0") return false;
  if (text == "true" || text == "1") return true;
  return Invalid(name + " must be true or false");
}

// Whom a server takes the bearer of a token for: what a JSON Web Token says, for the next one will
// say it, too; of any other the token itself.
std::string UserOf(std::string_view token) {
  const std::size_t start = std::min(token.find('.'), token.size() - 1) + 1;
  const auto claims = crypto::DecodeBase64(token.substr(start, token.find('.', start) - start),
                                           crypto::Base64::kUrl);
  const auto json = nlohmann::json::parse(claims.value_or(""), nullptr, false);
  if (!json.is_object() || !json.contains("sub")) return std::string(token);
  return json["sub"].dump();
}

// Nobody, until a server wants to know who it is: then the reason why it is not told.
class Nobody final : public client::Credentials {
 public:
  explicit Nobody(std::string why) : why_(std::move(why)) {}

  void Provide(client::ThenAnswer<client::Headers> then) override {
    if (!was_refused_) return then(client::Headers());
    then(Unexpected(client::Error{.kind = Kind::kDenied,
                                  .message = "the server wants to know who is calling",
                                  .detail = why_}));
  }
  bool Refused(const client::Headers&) override { return was_refused_ = true; }

 private:
  const std::string why_;
  std::atomic<bool> was_refused_ = false;
};

std::string WhyNobody(const Settings& settings) {
  const std::string sent = "no credentials were sent";
  const std::string other = ValueOf(settings, kLeftOut);
  if (!ValueOf(settings, "auth").empty()) return sent + ", as auth says";
  if (other.empty()) return sent + ", for none are given: see --mnemonic-file and --token-file";
  return sent + ": those beside " + other +
         " are for that server; give some for this one with --auth, --mnemonic-file or "
         "--token-file";
}

using Answered = client::Answer<std::optional<client::StoredRecord>>;

backup::Remote::Found FoundOf(Answered answered) {
  if (!answered) return Unexpected(FailureOf(std::move(answered).error()));
  if (!*answered) return std::optional<Record>();
  client::StoredRecord& record = **answered;
  return std::optional(Record{std::move(record.key), record.version, std::move(record.value)});
}

template <typename T>
Result<T> Named(Result<T> result, const Session& session) {
  if (result) return result;
  Failure failure = std::move(result).error();
  failure.message = session.url() + ": " + failure.message;
  return Unexpected(std::move(failure));
}

// Servers answer so below a path that is none of theirs.
bool IsOfAWrongPath(const client::Error& error) {
  return error.detail == "Invalid request path." ||
         (error.http_status == 404 && error.server_code == 0);
}

}  // namespace

Failure FailureOf(client::Error error) {
  if (IsOfAWrongPath(error)) error.message += " (does the URL end in /vss?)";
  if (error.may_have_been_applied && error.kind != Kind::kInDoubt) {
    error.kind = Kind::kInDoubt;
    error.message = "the write may have been stored: " + error.message;
  }
  return {error.kind, std::move(error.message), std::move(error.detail), error.retry_after};
}

Result<std::unique_ptr<Session>> Session::Open(const Settings& settings, const Output& out) {
  std::unique_ptr<Session> session(new Session(settings));
  client::ClientOptions& options = session->options_;
  options.base_url = ValueOf(settings, "url");
  if (options.base_url.empty()) {
    return Invalid("no server: give --url, VSS_URL, or a profile in " + UsualConfigFile());
  }
  options.store_id = ValueOf(settings, "store");
  VSS_TRY(options.call_time_max, ParseTimeout(ValueOf(settings, "timeout")));
  VSS_TRY(options.allow_plain_http, ParseFlag("plain-http", ValueOf(settings, "plain-http")));
  // Old servers have to be left, too.
  VSS_TRY(options.allow_missing_protocol_version,
          ParseFlag("old-server", ValueOf(settings, "old-server")));
  options.reply_bytes_max = std::size_t{1} << 30;
  // Half of the time, so that a write whose answer does not come can still be looked for.
  options.attempt_time_max =
      std::max(std::min(kAttemptTimeMin, options.call_time_max), options.call_time_max / 2);

  VSS_TRY(session->wallet_, ReadWallet(settings));
  session->connection_ = {.ca_file = ValueOf(settings, "ca-file"),
                          .proxy = ValueOf(settings, "proxy"),
                          .connections_max = backup::Remote::kTogetherMax};
  session->transport_ = std::make_unique<FirstContact>(session->connection_, out);
  VSS_RETURN_IF_FAILED(session->ChooseCredentials());
  VSS_TRY(session->client_, session->MakeClient(options));
  client::ClientOptions hasty = options;
  hasty.retry = client::RetryPolicy::Never();
  hasty.attempt_time_max = std::min(kAttemptTimeMin, options.call_time_max);
  hasty.reply_bytes_max = backup::Remote::kTogetherBytesMax + kReplyBytesBesides;
  VSS_TRY(session->hasty_, session->MakeClient(hasty));
  client::ClientOptions lister = options;
  lister.reply_bytes_max = kListBytesMax;
  VSS_TRY(session->lister_, session->MakeClient(lister));
  session->blocking_ = std::make_unique<client::BlockingClient>(*session->client_);
  return session;
}

Result<std::unique_ptr<client::Client>> Session::ClientOf(const std::string& store_id) {
  client::ClientOptions options = options_;
  options.store_id = store_id;
  return MakeClient(std::move(options));
}

Result<std::unique_ptr<client::Client>> Session::MakeClient(client::ClientOptions options) {
  return client::Client::Make(std::move(options), credentials_, *transport_, clock_, entropy_);
}

Result<Done> Session::ChooseCredentials() {
  std::string how = ValueOf(settings_, "auth");
  const std::string token_file = ValueOf(settings_, "token-file");
  const std::string lnurl = ValueOf(settings_, "lnurl-url");
  if (how.empty()) {
    const bool may_sign = wallet_.signing_key && (ValueOf(settings_, kOnlyOpens).empty() ||
                                                  !ValueOf(settings_, "signing-key-file").empty());
    how = !token_file.empty() ? "token"
          : !lnurl.empty()    ? "lnurl"
          : may_sign          ? "signature"
                              : "none";
  }
  if (how == "none") {
    Identify(how, {});
    why_nobody_ = WhyNobody(settings_);
    credentials_ = std::make_shared<Nobody>(why_nobody_);
  } else if (how == "signature") {
    if (!wallet_.signing_key)
      return Invalid("signatures need the wallet's words, seed or a signing key");
    Identify(how, wallet_.signing_key->Bytes());
    VSS_TRY(credentials_,
            client::SignatureCredentials(*std::move(wallet_.signing_key), clock_, entropy_));
  } else if (how == "token") {
    if (token_file.empty()) return Invalid("--auth token needs --token-file");
    VSS_TRY(const SecretText token, ReadSecretFile(token_file));
    Identify(how, BytesOf(UserOf(token.Trimmed())));
    client::Headers headers;
    VSS_RETURN_IF_FAILED(headers.Set("Authorization", "Bearer " + std::string(token.Trimmed())));
    credentials_ = client::FixedCredentials(std::move(headers));
  } else if (how == "lnurl") {
    if (lnurl.empty() || !wallet_.lnurl_parent) {
      return Invalid("--auth lnurl needs --lnurl-url and the wallet's words or seed");
    }
    Identify(how + lnurl, wallet_.lnurl_parent->PrivateKey().Bytes());
    VSS_TRY(auto tokens,
            client::LnurlTokens({.auth_url = lnurl, .parent = *std::move(wallet_.lnurl_parent)},
                                *transport_, entropy_));
    credentials_ = client::TokenCredentials(std::move(tokens), clock_);
  } else {
    return Invalid("auth is one of none, signature, token and lnurl");
  }
  return Done{};
}

void Session::Identify(std::string_view how, ByteView who) {
  std::string_view url = this->url();
  while (url.ends_with('/')) url.remove_suffix(1);
  constexpr std::string_view kEnd("\0", 1);
  identity_ = backup::DigestOf({BytesOf(url), BytesOf(kEnd), BytesOf(store_id()), BytesOf(kEnd),
                                BytesOf(how), BytesOf(kEnd), who});
}

Result<client::Headers> Session::Credentials() {
  VSS_ASK(client::Headers headers, client::Await<client::Headers>([this](auto then) {
            credentials_->Provide(std::move(then));
          }));
  return headers;
}

Result<backup::ListedPage> Session::ListPage(const std::string& prefix, const std::string& token) {
  client::BlockingClient lister(*lister_);
  VSS_ASK(client::Listing listing, lister.ListPage({.prefix = prefix}, token));
  // Anything at all can answer a request with nothing; a list of VSS begins with a version.
  if (options_.allow_missing_protocol_version && token.empty() && !listing.global_version) {
    return Corrupt("this is no list of a VSS server");
  }
  backup::ListedPage page{.next = std::move(listing.next_page_token),
                          .global_version = listing.global_version};
  for (client::KeyVersion& key : listing.keys) {
    page.keys.push_back({std::move(key.key), key.version});
  }
  return page;
}

Result<Done> Session::ForEachKey(const std::string& prefix,
                                 const std::function<bool(const backup::ListedKey& key)>& visit) {
  backup::Pages pages([&](const std::string& token) { return ListPage(prefix, token); });
  for (;;) {
    VSS_TRY(const std::optional<backup::ListedPage> page, pages.Next());
    if (!page || !std::ranges::all_of(page->keys, visit)) return Done{};
  }
}

Result<backup::ListedPage> SessionRemote::List(const std::string& token) {
  return Named(session_.ListPage("", token), session_);
}

backup::Remote::Found SessionRemote::Get(const Key& key) {
  return Named(FoundOf(session_.client().Get(key)), session_);
}

std::vector<backup::Remote::Found> SessionRemote::GetTogether(std::span<const Key> keys) {
  std::vector<std::promise<Answered>> promises(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    session_.hasty().Get(keys[i], [&promise = promises[i]](Answered answered) {
      promise.set_value(std::move(answered));
    });
  }
  std::vector<Found> all;
  all.reserve(keys.size());
  for (std::promise<Answered>& promise : promises) {
    all.push_back(Named(FoundOf(promise.get_future().get()), session_));
  }
  return all;
}

Result<Version> SessionRemote::GlobalVersion() {
  VSS_TRY(const auto record, Get(client::kGlobalVersionKey));
  return record ? record->version : 0;
}

Result<bool> SessionRemote::Write(std::vector<backup::Replacement> replacements) {
  client::Transaction transaction;
  for (backup::Replacement& replacement : replacements) {
    const client::Expect expect = replacement.replaces == backup::Replacement::kAbsent
                                      ? client::Expect::Absent()
                                      : client::Expect::At(replacement.replaces);
    if (replacement.value) {
      transaction.writes.push_back(
          {std::move(replacement.key), *std::move(replacement.value), expect});
    } else {
      transaction.removes.push_back({std::move(replacement.key), expect});
    }
  }
  auto outcome = session_.client().Commit(std::move(transaction));
  if (!outcome) return Named<bool>(Unexpected(FailureOf(std::move(outcome).error())), session_);
  return outcome->IsCommitted();
}

}  // namespace vss::apps
