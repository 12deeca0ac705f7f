#include "service/admission.h"

#include <arpa/inet.h>

#include <chrono>
#include <optional>
#include <string>

namespace vss::service {
namespace {

// `count` in `seconds`, also all at once.
Rate Spread(double count, double seconds) {
  return {.per_second = count / seconds, .burst = count};
}

// The /64 around an IPv6 address; whatever else there is, as it is.
std::uint64_t HashOfAddress(const KeyedHash& hash, std::string_view address) {
  if (address.find(':') == std::string_view::npos) return hash(address);
  const std::string text(address);
  in6_addr ip;
  if (inet_pton(AF_INET6, text.c_str(), &ip) != 1 || IN6_IS_ADDR_V4MAPPED(&ip)) {
    return hash(address);
  }
  return hash({reinterpret_cast<const char*>(&ip), sizeof ip / 2});
}

}  // namespace

Admission::Admission(const AdmissionLimits& limits, const Clock& clock, Entropy& entropy,
                     LimitObserver& observer)
    : clock_(clock),
      observer_(observer),
      hash_(entropy),
      tenant_requests_(limits.tenant_requests, limits.callers_tracked),
      tenant_bytes_(limits.tenant_bytes, limits.callers_tracked),
      address_requests_(limits.address_requests, limits.callers_tracked),
      address_bytes_(limits.address_bytes, limits.callers_tracked),
      address_failures_(Spread(limits.address_failed_authentications_per_minute, 60),
                        limits.callers_tracked),
      address_new_tenants_(Spread(limits.address_new_tenants_per_hour, 60 * 60),
                           limits.callers_tracked),
      limits_new_tenants_(limits.address_new_tenants_per_hour > 0) {}

Result<Done> Admission::OnRequest(std::string_view address) {
  const Wait wait = address_requests_.Take(HashOfAddress(hash_, address), 1, clock_.Steady());
  return Answer(wait, "address_requests", "too many requests from this address");
}

Result<Done> Admission::MayAuthenticate(std::string_view address) {
  const Wait wait = address_failures_.WaitOf(HashOfAddress(hash_, address), clock_.Steady());
  return Answer(wait, "address_failed_authentications",
                "too many failed authentications from this address");
}

void Admission::OnAuthFailed(std::string_view address) {
  address_failures_.Charge(HashOfAddress(hash_, address), 1, clock_.Steady());
}

Result<Done> Admission::MaySend(std::string_view tenant, std::string_view address) {
  const SteadyTime now = clock_.Steady();
  const std::uint64_t tenant_hash = hash_(tenant);
  return AnswerSender(tenant_requests_.WaitOf(tenant_hash, now),
                      tenant_bytes_.WaitOf(tenant_hash, now),
                      address_bytes_.WaitOf(HashOfAddress(hash_, address), now));
}

Result<Done> Admission::OnBody(std::string_view tenant, std::string_view address,
                               std::size_t bytes) {
  const SteadyTime now = clock_.Steady();
  const std::uint64_t tenant_hash = hash_(tenant);
  const std::uint64_t address_hash = HashOfAddress(hash_, address);
  const auto answer = AnswerSender(tenant_requests_.Take(tenant_hash, 1, now),
                                   tenant_bytes_.WaitOf(tenant_hash, now),
                                   address_bytes_.WaitOf(address_hash, now));
  // They have come, whatever is answered.
  tenant_bytes_.Charge(tenant_hash, static_cast<double>(bytes), now);
  address_bytes_.Charge(address_hash, static_cast<double>(bytes), now);
  return answer;
}

void Admission::OnAnswer(std::string_view tenant, std::string_view address, std::size_t bytes) {
  const SteadyTime now = clock_.Steady();
  const auto cost = static_cast<double>(bytes);
  tenant_bytes_.Charge(hash_(tenant), cost, now);
  address_bytes_.Charge(HashOfAddress(hash_, address), cost, now);
}

bool Admission::ReserveNewTenant(std::string_view address) {
  return !address_new_tenants_.Take(HashOfAddress(hash_, address), 1, clock_.Steady());
}

Result<Done> Admission::AnswerSender(const Wait& requests, const Wait& bytes,
                                     const Wait& bytes_of_address) {
  VSS_RETURN_IF_FAILED(Answer(requests, "tenant_requests", "too many requests of this user"));
  VSS_RETURN_IF_FAILED(Answer(bytes, "tenant_bytes", "too many bytes of this user"));
  return Answer(bytes_of_address, "address_bytes", "too many bytes from this address");
}

Result<Done> Admission::Answer(const Wait& wait, const char* limit, const char* message) {
  if (!wait) return Done{};
  observer_.OnLimit(limit);
  return Throttled(message, std::chrono::ceil<std::chrono::seconds>(*wait));
}

void Admission::ReturnNewTenant(std::string_view address) {
  address_new_tenants_.Return(HashOfAddress(hash_, address), 1);
}

}  // namespace vss::service
