// Public: see vss/then.h.
#ifndef VSS_BASE_THEN_H_
#define VSS_BASE_THEN_H_

#include "vss/then.h"  // IWYU pragma: export

#endif  // VSS_BASE_THEN_H_
