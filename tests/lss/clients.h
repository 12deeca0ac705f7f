// Clients of a server that serves signers over gRPC.
#ifndef VSS_TESTS_LSS_CLIENTS_H_
#define VSS_TESTS_LSS_CLIENTS_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/entropy.h"
#include "lss_client/client.h"
#include "lss_client_grpc/grpc_transport.h"
#include "tests/lss/random_key.h"

namespace vss::testing {

inline std::unique_ptr<lss_client::Transport> Connect(
    const std::string& url, lss_client::GrpcTransportOptions options = {}) {
  options.url = url;
  return lss_client::MakeGrpcTransport(options).value();
}

// One signer with a connection of its own.  It knows the server from its first connection on.
class TestSigner final {
 public:
  TestSigner(const std::string& url, crypto::SigningKey key)
      : key_(std::move(key)), transport_(Connect(url)) {
    const auto server = lss_client::ServerId(*transport_);
    EXPECT_TRUE(server) << server.error().message;
    server_ = *server;
    client_ = std::make_unique<lss_client::Client>(NewSession(), *transport_, entropy_);
  }
  explicit TestSigner(const std::string& url) : TestSigner(url, RandomKey()) {}

  lss_client::Client& operator*() { return *client_; }
  lss_client::Client* operator->() { return client_.get(); }
  // Another of the same signer, to be sent by other means.
  lss_client::Session NewSession() const {
    return *lss_client::Session::Make(key_, server_, std::nullopt);
  }
  lss_client::Transport& transport() { return *transport_; }

 private:
  SystemEntropy entropy_;
  crypto::SigningKey key_;
  crypto::CompressedKey server_;
  std::unique_ptr<lss_client::Transport> transport_;
  std::unique_ptr<lss_client::Client> client_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_LSS_CLIENTS_H_
