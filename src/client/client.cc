#include "vss/client.h"

#include <algorithm>
#include <utility>

#include "client/core.h"
#include "client/url.h"

namespace vss::client {
namespace {

constexpr std::chrono::hours kLongestCall{24};

Result<Done> Check(const ClientOptions& options) {
  const auto url = ParseBaseUrl(options.base_url);
  if (!url) return Invalid("the server's address is not an http or https URL");
  const bool is_safe = url->scheme == "https" || IsLoopback(url->host) || IsOnion(url->host);
  if (!is_safe && !options.allow_plain_http) {
    return Invalid(
        "http without TLS, to a server that is not on this machine, gives the "
        "credentials away");
  }
  if (options.call_time_max.count() <= 0 || options.attempt_time_max.count() <= 0) {
    return Invalid("calls and attempts need time");
  }
  return Done{};
}

}  // namespace

Result<std::unique_ptr<Client>> Client::Make(ClientOptions options,
                                             std::shared_ptr<Credentials> credentials,
                                             Transport& transport, const Clock& clock,
                                             Entropy& entropy) {
  VSS_RETURN_IF_FAILED(Check(options));
  while (options.base_url.ends_with('/')) options.base_url.pop_back();
  options.call_time_max = std::min<Duration>(options.call_time_max, kLongestCall);
  return std::unique_ptr<Client>(new Client(std::make_shared<Core>(
      std::move(options), std::move(credentials), transport, clock, entropy)));
}

Client::Client(std::shared_ptr<Core> core) : core_(std::move(core)) {}

Client::~Client() { core_->Close(); }

void Client::Get(std::string key, ThenAnswer<std::optional<StoredRecord>> then) {
  core_->Get(std::move(key), std::move(then));
}

void Client::Put(Write write, ThenAnswer<WriteOutcome> then) {
  Transaction transaction;
  transaction.writes.push_back(std::move(write));
  core_->Write(std::move(transaction), std::move(then));
}

void Client::Commit(Transaction transaction, ThenAnswer<WriteOutcome> then) {
  core_->Write(std::move(transaction), std::move(then));
}

void Client::Delete(Remove remove, ThenAnswer<WriteOutcome> then) {
  core_->Delete(std::move(remove), std::move(then));
}

void Client::List(ListOptions options, ThenAnswer<Listing> then) {
  core_->List(std::move(options), {}, ListCall::Pages::kAll, std::move(then));
}

void Client::ListPage(ListOptions options, std::string token, ThenAnswer<Listing> then) {
  core_->List(std::move(options), std::move(token), ListCall::Pages::kOne, std::move(then));
}

void Client::CheckMayWait() const { core_->CheckMayWait(); }

}  // namespace vss::client
