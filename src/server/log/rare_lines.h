// Keeps lines that a client can cause from filling the disk: one line of a kind in a while, and the
// next one says how many were left out.
#ifndef VSS_SERVER_LOG_RARE_LINES_H_
#define VSS_SERVER_LOG_RARE_LINES_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/guarded.h"

namespace vss::server {

// Threads: every method, any thread.
// Sizes:   as many kinds as the caller has.
class RareLines final {
 public:
  explicit RareLines(const Clock& clock) : clock_(clock) {}

  // How many lines of this kind were left out, if one may be written now; nullopt if it is too
  // early.
  std::optional<std::uint64_t> Permit(std::string_view kind,
                                      std::chrono::nanoseconds interval = std::chrono::seconds(1)) {
    const SteadyTime now = clock_.Steady();
    return kinds_.With([&](auto& kinds) -> std::optional<std::uint64_t> {
      auto found = kinds.find(kind);
      if (found == kinds.end()) found = kinds.emplace(kind, Kind{}).first;
      Kind& known = found->second;
      if (now < known.next) {
        ++known.left_out;
        return std::nullopt;
      }
      known.next = now + interval;
      return std::exchange(known.left_out, 0);
    });
  }

 private:
  struct Kind {
    SteadyTime next = {};
    std::uint64_t left_out = 0;
  };

  const Clock& clock_;
  Guarded<std::map<std::string, Kind, std::less<>>> kinds_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_LOG_RARE_LINES_H_
