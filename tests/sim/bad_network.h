// The real service behind a network that delays, drops, repeats and breaks what it carries, and
// behind logins that fail, take their time and are revoked.
#ifndef VSS_TESTS_SIM_BAD_NETWORK_H_
#define VSS_TESTS_SIM_BAD_NETWORK_H_

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "auth/open.h"
#include "base/bytes.h"
#include "crypto/base64.h"
#include "service/admission.h"
#include "service/vss_service.h"
#include "tests/sim/history.h"
#include "tests/support/seed.h"
#include "tests/support/virtual_time.h"
#include "vss/client_error.h"
#include "vss/http.h"
#include "vss_api/codec.h"

namespace vss::sim {

using client::HttpReply;
using client::HttpRequest;
using client::TransportFailure;
using std::chrono::milliseconds;
using testing::Below;
using testing::Random;
using testing::VirtualTime;

class BadNetwork final {
 public:
  BadNetwork(VirtualTime& time, Random& random, Entropy& entropy, History& history)
      : time_(time),
        random_(random),
        history_(history),
        admission_({}, time.clock(), entropy, observer_),
        service_({}, authorizer_, admission_, history, observer_, time.clock()) {}

  // `write` is the one that this request belongs to.
  void Send(std::size_t write, HttpRequest request, Then<HttpReply, TransportFailure> then) {
    auto exchange =
        std::make_shared<Exchange>(Exchange{write, std::move(request), std::move(then)});
    time_.After(exchange->request.time_max, [exchange] {
      exchange->Answer(Unexpected(TransportFailure{Reached::kMaybe, "no reply in time"}));
    });
    if (!IsLoggedIn(exchange->request)) return Reply(exchange, Refusal());
    const bool is_bad = Below(random_, 100) < 30;
    switch (is_bad ? 1 + Below(random_, 7) : 0) {
      case 1:
        return Fail(exchange, Reached::kNo);
      case 2:
        return Fail(exchange, Reached::kMaybe);  // Lost on its way.
      case 3:  // A proxy has had enough, and delivers nevertheless, or not.
        if (Below(random_, 2) == 0) Deliver(exchange, false);
        return Reply(exchange, HttpReply{.status = Below(random_, 2) == 0 ? 502 : 503});
      case 4:  // Carried out, and the reply is lost, at once or in silence.
        Deliver(exchange, false);
        if (Below(random_, 2) == 0) Fail(exchange, Reached::kMaybe);
        return;
      case 5:  // Repeated on the way, after it was answered.
        Deliver(exchange, true);
        return time_.After(milliseconds(500 + Below(random_, 90'000)),
                           [this, exchange] { Deliver(exchange, false); });
      case 6:  // So late that nobody waits any more.
        return time_.After(milliseconds(Below(random_, 90'000)),
                           [this, exchange] { Deliver(exchange, true); });
      case 7:  // The reply to something else.
        Deliver(exchange, false);
        return Reply(exchange, AReply(200, {}, "\x12\x04\x0a\x02z\xff"));
      default:
        return Deliver(exchange, true);
    }
  }

  // A token that is good for some minutes, if nothing happens to it.
  void Login(client::ThenAnswer<std::string> then) {
    const auto fate = Below(random_, 100);
    const auto delay = fate < 3 ? milliseconds(100'000) : SomeTime();  // Longer than any call.
    time_.After(delay, [this, fate, then = std::move(then)]() mutable {
      if (fate >= 3 && fate < 20) {
        return then(Unexpected(client::Error{.kind = Kind::kUnavailable, .message = "no login"}));
      }
      const auto end = std::chrono::floor<std::chrono::seconds>(time_.clock().Wall()) +
                       std::chrono::seconds(65 + Below(random_, 120));
      const std::string payload = R"({"exp":)" + std::to_string(end.time_since_epoch().count()) +
                                  R"(,"n":)" + std::to_string(tokens_.size()) + "}";
      const std::string token =
          "e30." + crypto::EncodeBase64(BytesOf(payload), crypto::Base64::kUrl) + ".e30";
      tokens_["Bearer " + token] = end;
      then(token);
    });
  }

 private:
  using Reached = TransportFailure::Reached;
  struct Exchange {
    std::size_t write;
    HttpRequest request;
    Then<HttpReply, TransportFailure> then;
    bool is_answered = false;

    void Answer(Expected<HttpReply, TransportFailure> reply) {
      if (!std::exchange(is_answered, true)) then(std::move(reply));
    }
  };
  using ExchangePointer = std::shared_ptr<Exchange>;

  bool IsLoggedIn(const HttpRequest& request) {
    if (Below(random_, 100) == 0) tokens_.clear();  // All of them are revoked.
    const std::string* const token = request.headers.Find("Authorization");
    const auto found = tokens_.find(token == nullptr ? "" : *token);
    return found != tokens_.end() && time_.clock().Wall() < found->second;
  }
  static HttpReply Refusal() {
    return AReply(401, {}, vss_api::EncodeErrorResponse(vss_api::ErrorCode::kAuth, "who are you?"));
  }

  static HttpReply AReply(int status, std::optional<std::chrono::seconds> retry_after,
                          std::string body) {
    HttpReply reply{.status = status, .body = std::move(body)};
    (void)reply.headers.Set("vss-protocol-version", "0");
    if (retry_after) {
      (void)reply.headers.Set("retry-after", std::to_string(retry_after->count()));
    }
    return reply;
  }

  milliseconds SomeTime() { return milliseconds(1 + Below(random_, 200)); }

  void Fail(const ExchangePointer& exchange, Reached reached) {
    time_.After(SomeTime(), [exchange, reached] {
      exchange->Answer(Unexpected(TransportFailure{reached, "simulated"}));
    });
  }
  void Reply(const ExchangePointer& exchange, HttpReply reply) {
    time_.After(SomeTime(), [exchange, reply = std::move(reply)] { exchange->Answer(reply); });
  }

  static vss_api::Operation OperationOf(std::string_view url) {
    using vss_api::Operation;
    const std::string_view name = url.substr(url.rfind('/') + 1);
    return name == "getObject"      ? Operation::kGetObject
           : name == "putObjects"   ? Operation::kPutObjects
           : name == "deleteObject" ? Operation::kDeleteObject
                                    : Operation::kListKeyVersions;
  }

  void Deliver(const ExchangePointer& exchange, bool with_reply) {
    time_.After(SomeTime(), [this, exchange, with_reply] {
      history_.SetWrite(exchange->write);
      service_.Serve(OperationOf(exchange->request.url), {"tenant", "127.0.0.1"},
                     exchange->request.body, [&](Result<vss_api::Answer> result) {
                       if (!with_reply) return;
                       const vss_api::Answer answer =
                           result ? *std::move(result) : vss_api::AnswerTo(result.error());
                       Reply(exchange,
                             AReply(answer.status, answer.retry_after, answer.body + answer.tail));
                     });
    });
  }

  VirtualTime& time_;
  Random& random_;
  History& history_;
  auth::OpenAuthorizer authorizer_;
  service::NoLimitObserver observer_;
  service::Admission admission_;
  service::VssService service_;
  std::map<std::string, WallTime> tokens_;  // As they stand in the header, and their ends.
};

}  // namespace vss::sim

#endif  // VSS_TESTS_SIM_BAD_NETWORK_H_
