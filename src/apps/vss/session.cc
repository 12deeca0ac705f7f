#include "apps/vss/session.h"

#include <algorithm>
#include <charconv>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "backup/survey.h"
#include "crypto/base64.h"

namespace vss::apps {
namespace {

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

}  // namespace

Failure FailureOf(client::Error error) {
  return {error.kind, std::move(error.message), std::move(error.detail), error.retry_after};
}

Result<std::unique_ptr<Session>> Session::Open(const Settings& settings) {
  std::unique_ptr<Session> session(new Session(settings));
  client::ClientOptions& options = session->options_;
  options.base_url = ValueOf(settings, "url");
  if (options.base_url.empty()) {
    return Invalid("no server: give --url, VSS_URL, or a profile in " + UsualConfigFile());
  }
  options.store_id = ValueOf(settings, "store");
  VSS_TRY(options.call_time_max, ParseTimeout(ValueOf(settings, "timeout")));
  VSS_TRY(options.allow_plain_http, ParseFlag("plain-http", ValueOf(settings, "plain-http")));
  options.allow_missing_protocol_version = true;  // Old servers have to be left, too.
  options.reply_bytes_max = std::size_t{1} << 30;

  VSS_TRY(session->wallet_, ReadWallet(settings));
  session->transport_ = std::make_unique<client::CurlTransport>(
      client::CurlOptions{.ca_file = ValueOf(settings, "ca-file"),
                          .proxy = ValueOf(settings, "proxy"),
                          .connections_max = 32});
  VSS_RETURN_IF_FAILED(session->ChooseCredentials());
  VSS_TRY(session->client_, session->ClientOf(session->store_id()));
  session->blocking_ = std::make_unique<client::BlockingClient>(*session->client_);
  return session;
}

Result<std::unique_ptr<client::Client>> Session::ClientOf(const std::string& store_id) {
  client::ClientOptions options = options_;
  options.store_id = store_id;
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
    credentials_ = client::FixedCredentials();
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
  VSS_ASK(client::Listing listing, client().ListPage({.prefix = prefix}, token));
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
  return session_.ListPage("", token);
}

Result<std::vector<std::optional<Record>>> SessionRemote::Get(const std::vector<Key>& keys) {
  using Found = client::Answer<std::optional<client::StoredRecord>>;
  std::vector<std::promise<Found>> promises(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    session_.asynchronous().Get(
        keys[i], [&promise = promises[i]](Found found) { promise.set_value(std::move(found)); });
  }
  // Every answer is waited for, also behind one that failed: they come through these promises.
  std::vector<std::optional<Record>> records;
  std::optional<Failure> failure;
  for (std::promise<Found>& promise : promises) {
    Found found = promise.get_future().get();
    if (!found) {
      failure = FailureOf(std::move(found).error());
    } else if (!*found) {
      records.emplace_back();
    } else {
      client::StoredRecord& record = **found;
      records.emplace_back(Record{std::move(record.key), record.version, std::move(record.value)});
    }
  }
  if (failure) return Unexpected(*std::move(failure));
  return records;
}

Result<Version> SessionRemote::GlobalVersion() {
  VSS_ASK(const auto record, session_.client().Get(client::kGlobalVersionKey));
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
  VSS_ASK(const client::WriteOutcome outcome, session_.client().Commit(std::move(transaction)));
  return outcome.IsCommitted();
}

}  // namespace vss::apps
