// How much one tenant, and one address, may ask of the server.
//
//   a request comes  -> OnRequest          counts it against its address
//   unknown proof    -> MayAuthenticate    before anything is spent on it
//   ... was refused  -> OnAuthFailed
//   whose it is      -> MaySend            a body is not read that would be refused
//   it was read      -> OnBody             counts it against its tenant, and its bytes against
//                                          both, also if it is refused
//   it is answered   -> OnAnswer           counts these bytes too; the next request waits for them
//   it writes        -> ReserveNewTenant   and ReturnNewTenant unless a tenant was created
//
// What is over a limit is answered kThrottled with the time after which it would not be.  Phones
// behind a carrier's NAT share an address by the thousand, so limits of an address are wide: they
// keep one house from taking the whole server, and the limits of a tenant keep order inside.
//
// Threads:  every method, any thread.
// Sizes:    the memory of every limit is fixed; token_buckets.h says what many callers can do to
// it.
#ifndef VSS_SERVICE_ADMISSION_H_
#define VSS_SERVICE_ADMISSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/failure.h"
#include "base/keyed_hash.h"
#include "service/limit_observer.h"
#include "service/token_buckets.h"

namespace vss::service {

// A limit of 0 is off.
struct AdmissionLimits {
  Rate tenant_requests = {};
  Rate tenant_bytes = {};
  Rate address_requests = {};
  Rate address_bytes = {};
  double address_failed_authentications_per_minute = 0;
  double address_new_tenants_per_hour = 0;
  // Tenants, or addresses, that each limit tells apart.  16 bytes each.
  std::size_t callers_tracked = 65'536;
};

class Admission final {
 public:
  // `clock` and `observer` outlive it.
  Admission(const AdmissionLimits& limits, const Clock& clock, Entropy& entropy,
            LimitObserver& observer);

  // `address` is the client's, as text.  All of a /64 of IPv6 count as one: that is what one
  // customer gets.
  Result<Done> OnRequest(std::string_view address);

  Result<Done> MayAuthenticate(std::string_view address);
  void OnAuthFailed(std::string_view address);

  Result<Done> MaySend(std::string_view tenant, std::string_view address);
  Result<Done> OnBody(std::string_view tenant, std::string_view address, std::size_t bytes);
  void OnAnswer(std::string_view tenant, std::string_view address, std::size_t bytes);

  bool LimitsNewTenants() const { return limits_new_tenants_; }
  // Whether `address` may create a tenant.  If it does not, after all, the place is returned.
  bool ReserveNewTenant(std::string_view address);
  void ReturnNewTenant(std::string_view address);

 private:
  using Wait = std::optional<TokenBuckets::Duration>;

  Result<Done> AnswerSender(const Wait& requests, const Wait& bytes, const Wait& bytes_of_address);
  // What `wait` comes to; `limit` is told of if there is one.
  Result<Done> Answer(const Wait& wait, const char* limit, const char* message);

  const Clock& clock_;
  LimitObserver& observer_;
  const KeyedHash hash_;
  TokenBuckets tenant_requests_;
  TokenBuckets tenant_bytes_;
  TokenBuckets address_requests_;
  TokenBuckets address_bytes_;
  TokenBuckets address_failures_;
  TokenBuckets address_new_tenants_;
  const bool limits_new_tenants_;
};

}  // namespace vss::service

#endif  // VSS_SERVICE_ADMISSION_H_
