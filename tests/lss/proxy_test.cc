// Somebody in between who speaks gRPC to both sides.  What such a one can do is in liar_test.cc, in
// one process; here it is seen that the transport neither hides a lie nor makes one up.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "lss_api/codec.h"
#include "server/grpc/grpc_server.h"
#include "server/http/listening_socket.h"
#include "server/lss/gate.h"
#include "tests/lss/clients.h"
#include "tests/lss/over_grpc.h"

namespace vss::testing {
namespace {

using lss_api::Operation;
using lss_client::TransportReply;

// Passes calls on, through `meddle` if there is one.
class Proxy final : public server::CallHandler {
 public:
  using Forward = std::function<TransportReply(const std::string& request)>;
  using Meddle = std::function<TransportReply(Operation, const std::string&, const Forward&)>;

  explicit Proxy(const std::string& behind) : behind_(Connect(behind)) {
    grpc_ = server::MakeGrpcServer({}, *this).value();
    std::vector<server::FileDescriptor> listeners;
    listeners.push_back(server::Listen("127.0.0.1", 0).value());
    gate_ = std::make_unique<server::Gate>(std::move(listeners), server::GateLimits{}, observer_,
                                           [this](int socket) { grpc_->Adopt(socket); });
    url_ = "http://127.0.0.1:" + std::to_string(gate_->PortOf(0));
    gate_->Start();
  }
  ~Proxy() override {
    gate_->Stop();
    grpc_->Stop();
  }

  const std::string& Url() const { return url_; }

  // Each on a thread of its own: it waits for the server behind.
  void OnCall(Operation operation, std::string_view, std::string_view body, Deadline,
              Then<server::CallReply> then) override {
    threads_.With([&](auto& threads) {
      threads.emplace_back(
          [this, operation, body = std::string(body), then = std::move(then)]() mutable {
            const Forward forward = [&](const std::string& request) {
              return behind_->Call(operation, request);
            };
            TransportReply reply = meddle ? meddle(operation, body, forward) : forward(body);
            then(server::CallReply{{reply.code, 200, reply.message, reply.body}});
          });
    });
  }

  Meddle meddle;  // Changed only while no call is under way.

 private:
  const std::unique_ptr<lss_client::Transport> behind_;
  server::HttpObserver observer_;
  std::unique_ptr<server::GrpcServer> grpc_;
  std::unique_ptr<server::Gate> gate_;
  std::string url_;
  Guarded<std::vector<std::jthread>> threads_;
};

class LssProxy : public LssOverGrpc {
 protected:
  void SetUp() override {
    LssOverGrpc::SetUp();
    proxy_ = std::make_unique<Proxy>(Url());
    signer_ = std::make_unique<TestSigner>(proxy_->Url());
  }
  void Store(std::vector<Record> items) {
    const auto outcome = (*signer_)->Put(std::move(items));
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_TRUE(outcome->IsStored());
  }
  void ExpectLieIsNoticed(const std::string& prefix) {
    const auto found = (*signer_)->Get(prefix);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, Kind::kCorrupt);
  }

  std::unique_ptr<Proxy> proxy_;
  std::unique_ptr<TestSigner> signer_;
};

INSTANTIATE_TEST_SUITE_P(On, LssProxy, ::testing::Values("memory"), NameOfStore);

TEST_P(LssProxy, ThatIsHonestIsNotNoticed) {
  Store({{"a", 0, "x"}, {"b", 0, std::string(3'000'000, 'y')}});
  EXPECT_EQ((*signer_)->Get("")->size(), 2u);
  EXPECT_EQ((*signer_)->Put({{"a", 0, "x"}})->conflicts, (std::vector<Record>{{"a", 0, "x"}}));
}

TEST_P(LssProxy, ThatAsksForAnotherPrefix) {
  Store({{"channel/1", 0, "x"}, {"node/1", 0, "y"}});
  proxy_->meddle = [](Operation, const std::string& bytes, const Proxy::Forward& forward) {
    auto get = lss_api::DecodeGetRequest(bytes).value();
    get.key_prefix = "node/";
    return forward(lss_api::Encode(get));
  };
  ExpectLieIsNoticed("channel/");
}

TEST_P(LssProxy, ThatJoinsTheItemsOfAPut) {
  Store({{"channel/1", 0, "old"}, {"node", 0, "old"}});
  proxy_->meddle = [](Operation, const std::string& bytes, const Proxy::Forward& forward) {
    auto put = lss_api::DecodePutRequest(bytes).value();
    put.items[0].value += put.items[1].key + std::string(7, '\0') + '\1' + put.items[1].value;
    put.items.pop_back();
    return forward(lss_api::Encode(put));
  };
  Store({{"channel/1", 1, "new"}, {"node", 1, "new"}});
  proxy_->meddle = nullptr;
  ExpectLieIsNoticed("");
}

TEST_P(LssProxy, ThatAnswersWithWhatWasOnce) {
  std::string old;
  proxy_->meddle = [&](Operation, const std::string& bytes, const Proxy::Forward& forward) {
    const TransportReply reply = old.empty() ? forward(bytes) : TransportReply{.body = old};
    old = reply.body;
    return reply;
  };
  ASSERT_TRUE((*signer_)->Get(""));
  ExpectLieIsNoticed("");
}

TEST_P(LssProxy, ThatAcknowledgesWhatItDropped) {
  proxy_->meddle = [](Operation, const std::string&, const Proxy::Forward&) {
    return TransportReply{.body =
                              lss_api::Encode(lss_api::PutReply{true, std::string(32, '\0'), {}})};
  };
  const auto outcome = (*signer_)->Put({{"a", 0, "x"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, Kind::kCorrupt);
}

TEST_P(LssProxy, ThatAnswersWithMoreThanAnybodyHolds) {
  proxy_->meddle = [](Operation, const std::string&, const Proxy::Forward&) {
    std::string items;
    while (items.size() < 3'000'000) items += std::string("\x0a\x00", 2);
    return TransportReply{.body = std::move(items)};
  };
  ExpectLieIsNoticed("");
  proxy_->meddle = [](Operation, const std::string&, const Proxy::Forward&) {
    return TransportReply{.body = std::string(5 << 20, 'x')};
  };
  EXPECT_EQ((*signer_)->Get("").error().kind, Kind::kThrottled) << "gRPC takes no more";
}

}  // namespace
}  // namespace vss::testing
