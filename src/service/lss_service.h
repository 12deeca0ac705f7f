// One LSS call from its bytes to the answer, knowing nothing of transport.
//
//   Admit   decode, ask who is calling, and whether they may ask for more now
//   Serve   check, lower to a batch or query, ask the store, prove and encode
//
// Threads: every method, any thread.  `then` runs as the store's do: on any thread, possibly before
// Serve returns.
#ifndef VSS_SERVICE_LSS_SERVICE_H_
#define VSS_SERVICE_LSS_SERVICE_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "auth/shared_key.h"
#include "base/clock.h"
#include "base/then.h"
#include "core/batch.h"
#include "lss_api/answer.h"
#include "lss_api/request.h"
#include "lss_api/rules.h"
#include "service/admission.h"
#include "service/caller.h"
#include "service/limit_observer.h"
#include "store/store.h"

namespace vss::service {

struct LssOptions {
  // Work that the store has not begun after this long is not begun.
  std::chrono::milliseconds request_timeout = std::chrono::seconds(30);
  lss_api::Limits limits = {};
  std::size_t reply_bytes_max = lss_api::kUsualMessageBytesMax;
  Allowance allowance = {};
};

// A call that may be served.
struct LssCall {
  struct Info {};

  Caller caller;  // Without a tenant for the calls that anybody may make.
  std::shared_ptr<const auth::SharedKey> key;  // Likewise null.
  std::variant<lss_api::Ping, Info, lss_api::PutRequest, lss_api::GetRequest> request;
};

class LssService final {
 public:
  // Everything given by reference outlives the service and every answer.
  LssService(const LssOptions& options, auth::SharedKeyVerifier& verifier, Admission& admission,
             store::Store& store, LimitObserver& observer, const Clock& clock)
      : options_(options),
        verifier_(verifier),
        admission_(admission),
        store_(store),
        observer_(observer),
        clock_(clock) {}

  // Fails with kInvalid, kDenied or kThrottled.
  Result<LssCall> Admit(lss_api::Operation operation, std::string_view address,
                        std::string_view body);

  // Answers that nobody likes (a conflict, a reply that is too large) are answers; a Failure means
  // there is none.  Whoever called waits no longer than `deadline`.
  void Serve(LssCall call, Deadline deadline, Then<lss_api::Answer> then);

 private:
  struct ConflictRead;

  Result<auth::SharedKeyVerifier::Client> Identify(const std::optional<lss_api::Auth>& auth,
                                                   std::string_view address);
  template <typename Request>
  Result<LssCall> AdmitClient(Request request, std::string_view address, std::size_t bytes);

  // `then`, after the bytes of the answer have been counted.
  Then<lss_api::Answer> Counted(const Caller& caller, Then<lss_api::Answer> then);
  void Put(const LssCall& call, lss_api::PutRequest request, Deadline deadline,
           Then<lss_api::Answer> then);
  void Get(const LssCall& call, lss_api::GetRequest request, Deadline deadline,
           Then<lss_api::Answer> then);
  void ReadConflicts(std::unique_ptr<ConflictRead> read);
  lss_api::Answer Encoded(const auto& reply, int http_status) const;

  const LssOptions options_;
  auth::SharedKeyVerifier& verifier_;
  Admission& admission_;
  store::Store& store_;
  LimitObserver& observer_;
  const Clock& clock_;
};

}  // namespace vss::service

#endif  // VSS_SERVICE_LSS_SERVICE_H_
