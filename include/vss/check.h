// Where the program ends when something is true that cannot be.
#ifndef VSS_CHECK_H_
#define VSS_CHECK_H_

namespace vss {

// Says which condition did not hold, and stops.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace vss

#endif  // VSS_CHECK_H_
