// What a caller is told who asks for too much: the status and the ErrorResponse that tell clients
// to wait, and how long.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "auth/signature.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "tests/conformance/running_server.h"
#include "tests/conformance/vss_client.h"

namespace vss::testing {
namespace {

using Adjust = std::function<void(server::Config&)>;

const Outcome kThrottled{429, 3};

std::unique_ptr<RunningServer> Start(const Adjust& adjust) {
  auto server = StartServer("memory", adjust);
  EXPECT_TRUE(server);
  return server ? *std::move(server) : nullptr;
}

// The header with which a wallet of its own signs in now.
std::string AuthorizationOfNewWallet() {
  SystemEntropy entropy;
  crypto::Secret<32> secret;
  entropy.Fill(secret.Writable());
  const auth::SignatureCredentials wallet(*crypto::SigningKey::Make(std::move(secret), entropy));
  const auto now = SystemClock().Wall().time_since_epoch();
  return "authorization: " + wallet.HeaderAt(static_cast<auth::UnixSeconds>(
                                 std::chrono::floor<std::chrono::seconds>(now).count()));
}

void UseSignatures(server::Config& config) { config.auth.schemes = {"signature"}; }

TEST(Limits, TooManyRequestsOfAUser) {
  const auto server = Start([](server::Config& config) {
    UseSignatures(config);
    config.limits.tenant_requests_per_second = 1;
    config.limits.tenant_requests_burst = 2;
  });
  VssClient greedy(server->Base(), "store", {AuthorizationOfNewWallet()});
  VssClient modest(server->Base(), "store", {AuthorizationOfNewWallet()});
  Outcome outcome = kOk;
  for (int i = 0; i < 100 && outcome == kOk; ++i) outcome = greedy.Put({{"k", -1, "v"}});
  EXPECT_EQ(outcome, kThrottled);
  EXPECT_EQ(modest.Put({{"k", -1, "v"}}), kOk);
}

TEST(Limits, TooManyRequestsFromAnAddressSayHowLongToWait) {
  const auto server = Start([](server::Config& config) {
    config.limits.address_requests_per_second = 1;
    config.limits.address_requests_burst = 1;
  });
  HttpClient client(server->Base());
  Reply reply;
  for (int i = 0; i < 100 && reply.status != 429; ++i) reply = client.Post("/vss/getObject", "");
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers["retry-after"], "1");
  EXPECT_EQ(reply.headers["vss-protocol-version"], "0");
}

TEST(Limits, TooManyBytesOfAUser) {
  const auto server = Start([](server::Config& config) {
    config.limits.tenant_bytes_per_second = {1};
    config.limits.tenant_bytes_burst = {1000};
  });
  VssClient client(server->Base(), "store");
  EXPECT_EQ(client.Put({{"k", -1, std::string(100'000, 'x')}}), kOk);
  EXPECT_EQ(client.Put({{"k", -1, "x"}}), kThrottled);
}

TEST(Limits, WhatAUserFetchesCountsToo) {
  const auto server = Start([](server::Config& config) {
    config.limits.tenant_bytes_per_second = {1};
    config.limits.tenant_bytes_burst = {250'000};
  });
  VssClient client(server->Base(), "store");
  EXPECT_EQ(client.Put({{"k", -1, std::string(100'000, 'x')}}), kOk);
  EXPECT_EQ(client.Get("k"), kOk);
  EXPECT_EQ(client.Get("k"), kOk) << "the bytes are known when they leave";
  EXPECT_EQ(client.Get("k"), kThrottled);
}

TEST(Limits, TooManyWrongProofsFromAnAddress) {
  const auto server = Start([](server::Config& config) {
    UseSignatures(config);
    config.limits.address_failed_authentications_per_minute = 3;
  });
  const std::string known = AuthorizationOfNewWallet();
  VssClient wallet(server->Base(), "store", {known});
  EXPECT_EQ(wallet.Put({{"k", 0, "v"}}), kOk);

  VssClient stranger(server->Base(), "store", {"authorization: nonsense"});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(stranger.Get("k"), kNotAuthorized);
  EXPECT_EQ(stranger.Get("k"), kThrottled);
  EXPECT_EQ(wallet.Get("k"), kOk) << "who is known is served all the same";
}

class NewUsers : public ::testing::TestWithParam<bool> {};

TEST_P(NewUsers, TooManyFromAnAddress) {
  const auto server = Start([](server::Config& config) {
    UseSignatures(config);
    config.limits.address_new_tenants_per_hour = 2;
    if (!GetParam()) config.quota = {.bytes_max = {}, .keys_max = 0, .stores_max = 0};
  });
  VssClient first(server->Base(), "store", {AuthorizationOfNewWallet()});
  VssClient second(server->Base(), "store", {AuthorizationOfNewWallet()});
  VssClient third(server->Base(), "store", {AuthorizationOfNewWallet()});
  EXPECT_EQ(first.Put({{"k", 0, "v"}}), kOk);
  EXPECT_EQ(first.Put({{"k", 1, "v"}}), kOk);
  EXPECT_EQ(second.Put({{"k", 0, "v"}}), kOk);
  EXPECT_EQ(third.Put({{"k", 0, "v"}}).status, 429);
  EXPECT_EQ(first.Put({{"k", 2, "v"}}), kOk);
  EXPECT_EQ(third.Get("k"), kNoSuchKey) << "reading is not refused";
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutQuotas, NewUsers, ::testing::Bool());

// Without authentication every page that a browser on this machine shows could be a wallet.
TEST(Limits, WebPagesAreNotLetInWithoutAuthentication) {
  const auto server = Start([](server::Config& config) {
    config.auth.schemes = {"none"};
    config.server.cors_origins = {"https://wallet.example"};
  });
  HttpClient client(server->Base());
  const auto status = [&](const std::vector<std::string>& headers) {
    return client.Post("/vss/listKeyVersions", "", headers).status;
  };
  EXPECT_EQ(status({}), 200);
  EXPECT_EQ(status({"origin: https://wallet.example"}), 200);
  EXPECT_EQ(status({"origin: https://evil.example"}), 403);
  EXPECT_EQ(status({"host: rebind.example"}), 403);
  HttpClient admin(server->AdminBase());
  EXPECT_EQ(admin.Send("GET", "/metrics", "", {}).status, 200);
  EXPECT_EQ(admin.Send("GET", "/metrics", "", {"host: rebind.example"}).status, 403);
}

TEST(Limits, WebPagesMayComeWithCredentials) {
  const auto server = Start(UseSignatures);
  HttpClient client(server->Base());
  EXPECT_EQ(
      client
          .Post("/vss/listKeyVersions", "",
                {AuthorizationOfNewWallet(), "origin: https://any.example", "host: x.example"})
          .status,
      200);
}

}  // namespace
}  // namespace vss::testing
