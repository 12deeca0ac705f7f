// CHECK(condition): what must be true, in release builds too.  A failure is a bug of ours, so the
// program stops before it can make it worse; a supervisor starts it again from durable state.
#ifndef VSS_BASE_CHECK_H_
#define VSS_BASE_CHECK_H_

namespace vss {

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace vss

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::vss::CheckFailed(#condition, __FILE__, __LINE__))

#endif  // VSS_BASE_CHECK_H_
