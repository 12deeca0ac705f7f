// One VSS request from the credentials of its caller to the answer, knowing nothing of transport.
//
//   head  -> Admit   who is calling, and may they ask for more now?
//   body  -> Serve   decode, check, lower to a batch or query, ask the store, encode
//
// Threads: every method, any thread.  `then` runs as the store's do: on any thread, possibly before
// Serve returns.
#ifndef VSS_SERVICE_VSS_SERVICE_H_
#define VSS_SERVICE_VSS_SERVICE_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "auth/authorizer.h"
#include "base/clock.h"
#include "base/then.h"
#include "core/batch.h"
#include "service/admission.h"
#include "service/caller.h"
#include "service/limit_observer.h"
#include "store/store.h"
#include "vss_api/answer.h"
#include "vss_api/request.h"
#include "vss_api/rules.h"

namespace vss::service {

struct VssOptions {
  // Work that the store has not begun after this long is not begun.
  std::chrono::milliseconds request_timeout = std::chrono::seconds(30);
  vss_api::Limits limits = {};
  Allowance allowance = {};
};

class VssService final {
 public:
  // Everything given by reference outlives the service and every answer.
  VssService(const VssOptions& options, auth::Authorizer& authorizer, Admission& admission,
             store::Store& store, LimitObserver& observer, const Clock& clock)
      : options_(options),
        authorizer_(authorizer),
        admission_(admission),
        store_(store),
        observer_(observer),
        clock_(clock) {}

  // Fails with kDenied or kThrottled.
  Result<Caller> Admit(std::optional<std::string_view> authorization, std::string_view address);

  // Answers that nobody likes (conflict, no such key) are answers; a Failure means there is none.
  void Serve(vss_api::Operation operation, const Caller& caller, std::string body,
             Then<vss_api::Answer> then);

 private:
  void Get(const Caller& caller, const std::string& body, Then<vss_api::Answer> then);
  void Put(const Caller& caller, std::string body, Then<vss_api::Answer> then);
  void Delete(const Caller& caller, const std::string& body, Then<vss_api::Answer> then);
  void List(const Caller& caller, const std::string& body, Then<vss_api::Answer> then);
  // `then`, after the bytes of the answer have been counted.
  Then<vss_api::Answer> Counted(const Caller& caller, Then<vss_api::Answer> then);
  Deadline NewDeadline() const { return {clock_.Steady() + options_.request_timeout}; }

  const VssOptions options_;
  auth::Authorizer& authorizer_;
  Admission& admission_;
  store::Store& store_;
  LimitObserver& observer_;
  const Clock& clock_;
};

}  // namespace vss::service

#endif  // VSS_SERVICE_VSS_SERVICE_H_
