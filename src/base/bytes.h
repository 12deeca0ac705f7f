// Public: see vss/bytes.h.
#ifndef VSS_BASE_BYTES_H_
#define VSS_BASE_BYTES_H_

#include "vss/bytes.h"  // IWYU pragma: export

#endif  // VSS_BASE_BYTES_H_
