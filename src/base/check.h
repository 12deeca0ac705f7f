// CHECK(condition): what must be true, in release builds too.  A failure is a bug of ours, so the
// program stops before it can make it worse; a supervisor starts it again from durable state.
#ifndef VSS_BASE_CHECK_H_
#define VSS_BASE_CHECK_H_

#include "vss/check.h"  // IWYU pragma: export

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::vss::CheckFailed(#condition, __FILE__, __LINE__))

#endif  // VSS_BASE_CHECK_H_
