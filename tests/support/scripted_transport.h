// A network on which everything goes as a test says, in virtual time.
#ifndef VSS_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_
#define VSS_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/virtual_time.h"
#include "vss/http.h"

namespace vss::testing {

// Threads: one.
class ScriptedTransport final : public client::Transport {
 public:
  using Reply = Expected<client::HttpReply, client::TransportFailure>;
  // Nullopt: there is never a reply.
  using Script = std::function<std::optional<Reply>(const client::HttpRequest& request)>;

  ScriptedTransport(VirtualTime& time, Script script) : time_(time), script_(std::move(script)) {}

  void Send(client::HttpRequest request,
            Then<client::HttpReply, client::TransportFailure> then) override {
    std::optional<Reply> reply = script_(request);
    if (reply && *reply && (*reply)->body.size() > request.reply_bytes_max) {
      reply = Unexpected(client::TransportFailure{Reached::kMaybe, "too large"});
    }
    const client::Duration delay = reply ? std::chrono::milliseconds(1) : request.time_max;
    if (!reply) reply = Unexpected(client::TransportFailure{Reached::kMaybe, "no reply in time"});
    requests_.push_back(std::move(request));
    time_.After(delay, [reply = *std::move(reply), then = std::move(then)]() mutable {
      then(std::move(reply));
    });
  }

  void Wait(client::Duration time, Then<Done> then) override {
    waits_.push_back(time);
    time_.After(time, [then = std::move(then)]() mutable { then(Done{}); });
  }

  void SetScript(Script script) { script_ = std::move(script); }
  const std::vector<client::HttpRequest>& requests() const { return requests_; }
  const std::vector<client::Duration>& waits() const { return waits_; }

 private:
  using Reached = client::TransportFailure::Reached;

  VirtualTime& time_;
  Script script_;
  std::vector<client::HttpRequest> requests_;
  std::vector<client::Duration> waits_;
};

inline ScriptedTransport::Reply Failed(client::TransportFailure::Reached reached) {
  return Unexpected(client::TransportFailure{reached, "scripted"});
}

// As a VSS server replies.
inline client::HttpReply VssReply(int status, std::string body = {}) {
  client::HttpReply reply{.status = status, .body = std::move(body)};
  (void)reply.headers.Set("vss-protocol-version", "0");
  return reply;
}

}  // namespace vss::testing

#endif  // VSS_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_
