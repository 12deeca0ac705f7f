// Public: see vss/clock.h.
#ifndef VSS_BASE_CLOCK_H_
#define VSS_BASE_CLOCK_H_

#include "vss/clock.h"  // IWYU pragma: export

#endif  // VSS_BASE_CLOCK_H_
