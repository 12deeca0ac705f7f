// How vss-server ends, for scripts and service managers.
#ifndef VSS_APPS_VSS_SERVER_EXIT_CODES_H_
#define VSS_APPS_VSS_SERVER_EXIT_CODES_H_

namespace vss::apps {

inline constexpr int kStopped = 0;   // By SIGTERM or SIGINT, everything finished.
inline constexpr int kFailed = 1;    // The store or an address could not be had.
inline constexpr int kBadUsage = 2;  // The command line or the configuration is wrong, or
                                     // this process may not use the files that it names.

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_SERVER_EXIT_CODES_H_
