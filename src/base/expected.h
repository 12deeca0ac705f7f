// Public: see vss/expected.h.
#ifndef VSS_BASE_EXPECTED_H_
#define VSS_BASE_EXPECTED_H_

#include "vss/expected.h"  // IWYU pragma: export

#endif  // VSS_BASE_EXPECTED_H_
