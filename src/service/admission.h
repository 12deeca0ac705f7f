#ifndef VSS_SERVICE_ADMISSION_H_
#define VSS_SERVICE_ADMISSION_H_
#include <string_view>
#include "base/clock.h"
#include "base/failure.h"
namespace vss::service {
struct AdmissionLimits {};
class Admission {
 public:
  Admission(AdmissionLimits, const Clock&) {}
  Result<Done> OnRequest(std::string_view) { return Done{}; }
  Result<Done> MayAuthenticate(std::string_view) { return Done{}; }
  void OnAuthFailed(std::string_view) {}
  Result<Done> OnBody(std::string_view, std::string_view, std::size_t) { return Done{}; }
  bool ReserveNewTenant(std::string_view) { return true; }
  void ReturnNewTenant(std::string_view) {}
};
}
#endif
