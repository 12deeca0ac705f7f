// Many values, in bounded memory.
#ifndef VSS_APPS_VSS_READ_MANY_H_
#define VSS_APPS_VSS_READ_MANY_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "apps/vss/session.h"
#include "backup/survey.h"

namespace vss::apps {

// Reads the values of many keys, some at a time, and calls `visit(index, record)` in order.
template <typename Visit>
Result<Done> ForEachValue(Session& session, const std::vector<std::string>& keys, Visit visit) {
  SessionRemote remote(session);
  backup::Window window;
  for (std::size_t at = 0; at < keys.size();) {
    const std::size_t count = std::min(window.Keys(), keys.size() - at);
    const auto first = keys.begin() + static_cast<std::ptrdiff_t>(at);
    VSS_TRY(const auto records, remote.Get({first, first + static_cast<std::ptrdiff_t>(count)}));
    for (std::size_t i = 0; i < count; ++i) {
      window.Saw(records[i]);
      VSS_RETURN_IF_FAILED(visit(at + i, records[i]));
    }
    at += count;
  }
  return Done{};
}

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_READ_MANY_H_
