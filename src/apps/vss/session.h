// A connection to one store of one provider, as the settings say.
#ifndef VSS_APPS_VSS_SESSION_H_
#define VSS_APPS_VSS_SESSION_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/vss/first_contact.h"
#include "apps/vss/secrets.h"
#include "apps/vss/settings.h"
#include "backup/format.h"
#include "backup/remote.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/failure.h"
#include "vss/blocking_client.h"
#include "vss/client.h"
#include "vss/credentials.h"
#include "vss/curl.h"

namespace vss::apps {

Failure FailureOf(client::Error error);

// The value of a client's answer, or a return with its failure.
#define VSS_ASK(declaration, expression) \
  VSS_ASK_IMPL(VSS_CONCAT(vss_ask_, __LINE__), declaration, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.
#define VSS_ASK_IMPL(temporary, declaration, expression)                                          \
  auto temporary = (expression);                                                                  \
  if (!temporary) return ::vss::Unexpected(::vss::apps::FailureOf(std::move(temporary).error())); \
  declaration = std::move(temporary).value()
// NOLINTEND(bugprone-macro-parentheses)

// Threads: one at a time.
class Session final {
 public:
  // `out` is told of a server that does not answer.
  static Result<std::unique_ptr<Session>> Open(const Settings& settings, const Output& out);

  // Stands for this server, store and user.
  const backup::ShortDigest& identity() const { return identity_; }
  const std::string& url() const { return options_.base_url; }
  const std::string& store_id() const { return options_.store_id; }
  const WalletKeys& wallet() const { return wallet_; }
  client::BlockingClient& client() { return *blocking_; }
  // Tries once, briefly, and takes small values only: for many at the same time.
  client::Client& hasty() { return *hasty_; }
  client::Transport& transport() { return transport_->plain(); }
  const client::CurlOptions& connection() const { return connection_; }
  Entropy& entropy() { return entropy_; }
  const Clock& clock() const { return clock_; }

  // Another store of the same user.
  Result<std::unique_ptr<client::Client>> ClientOf(const std::string& store_id);

  // Why requests say nothing about who is calling; empty if they do.
  const std::string& why_nobody() const { return why_nobody_; }
  // What the next request would say about who is calling.
  Result<client::Headers> Credentials();

  Result<backup::ListedPage> ListPage(const std::string& prefix, const std::string& token);
  // Every key, newest created first, page by page: `visit` returns whether to go on.
  Result<Done> ForEachKey(const std::string& prefix,
                          const std::function<bool(const backup::ListedKey& key)>& visit);

 private:
  explicit Session(const Settings& settings) : settings_(settings) {}
  Result<Done> ChooseCredentials();
  Result<std::unique_ptr<client::Client>> MakeClient(client::ClientOptions options);
  // `who` is what tells this user from others: a secret, perhaps.
  void Identify(std::string_view how, ByteView who);

  SystemClock clock_;
  SystemEntropy entropy_;
  Settings settings_;
  backup::ShortDigest identity_{};
  client::ClientOptions options_;
  client::CurlOptions connection_;
  WalletKeys wallet_;
  std::string why_nobody_;
  std::unique_ptr<FirstContact> transport_;
  std::shared_ptr<client::Credentials> credentials_;
  std::unique_ptr<client::Client> client_;
  std::unique_ptr<client::Client> hasty_;
  std::unique_ptr<client::Client> lister_;
  std::unique_ptr<client::BlockingClient> blocking_;
};

// A session as backups see it.
class SessionRemote final : public backup::Remote {
 public:
  explicit SessionRemote(Session& session) : session_(session) {}

  // Failures say which server they are of: a copy has two.

  Result<backup::ListedPage> List(const std::string& token) override;
  Found Get(const Key& key) override;
  std::vector<Found> GetTogether(std::span<const Key> keys) override;
  Result<Version> GlobalVersion() override;
  Result<bool> Write(std::vector<backup::Replacement> replacements) override;

 private:
  Session& session_;
};

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_SESSION_H_
