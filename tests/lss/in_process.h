// An LSS server inside the test, called without gRPC, and clients of it.  Whoever stands in between
// may see and change everything.
#ifndef VSS_TESTS_LSS_IN_PROCESS_H_
#define VSS_TESTS_LSS_IN_PROCESS_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "auth/shared_key.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "lss_client/client.h"
#include "lss_client/transport.h"
#include "service/lss_service.h"
#include "store/memory/memory_store.h"
#include "tests/lss/random_key.h"
#include "vss/await.h"

namespace vss::testing {

class InProcessLss final {
 public:
  const crypto::CompressedKey& ServerId() const { return verifier_.ServerId(); }

  lss_client::TransportReply Call(lss_api::Operation operation, const std::string& request) {
    auto call = service_.Admit(operation, "192.0.2.1", request);
    Result<lss_api::Answer> answer = Invalid("");
    if (call) {
      answer = Await<lss_api::Answer>(
          [&](auto then) { service_.Serve(*std::move(call), Deadline::Never(), std::move(then)); });
    } else {
      answer = lss_api::AnswerTo(call.error());
    }
    if (!answer) answer = lss_api::AnswerTo(answer.error());
    return {answer->code, answer->message, answer->body};
  }

 private:
  SystemClock clock_;
  SystemEntropy entropy_;
  service::NoLimitObserver observer_;
  service::Admission admission_{{}, clock_, entropy_, observer_};
  store::MemoryStore store_{clock_};
  auth::SharedKeyVerifier verifier_{RandomKey(), 100, entropy_};
  service::LssService service_{{}, verifier_, admission_, store_, observer_, clock_};
};

// Passes calls on, through `meddle` if there is one.
class Path final : public lss_client::Transport {
 public:
  using Forward = std::function<lss_client::TransportReply(const std::string& request)>;
  using Meddle = std::function<lss_client::TransportReply(
      lss_api::Operation operation, const std::string& request, const Forward& forward)>;

  explicit Path(InProcessLss& server) : server_(server) {}

  lss_client::TransportReply Call(lss_api::Operation operation,
                                  const std::string& request) override {
    const Forward forward = [&](const std::string& sent) { return server_.Call(operation, sent); };
    return meddle ? meddle(operation, request, forward) : forward(request);
  }

  Meddle meddle;

 private:
  InProcessLss& server_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_LSS_IN_PROCESS_H_
