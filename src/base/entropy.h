// Public: see vss/entropy.h.
#ifndef VSS_BASE_ENTROPY_H_
#define VSS_BASE_ENTROPY_H_

#include "vss/entropy.h"  // IWYU pragma: export

#endif  // VSS_BASE_ENTROPY_H_
