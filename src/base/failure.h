// Public: see vss/failure.h.
#ifndef VSS_BASE_FAILURE_H_
#define VSS_BASE_FAILURE_H_

#include "vss/failure.h"  // IWYU pragma: export

#endif  // VSS_BASE_FAILURE_H_
