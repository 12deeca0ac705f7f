#include "backup/remote.h"

#include <algorithm>

namespace vss::backup {

Result<Done> Remote::GetEach(std::span<const Key> keys, const Visit& visit) {
  for (std::size_t at = 0; at < keys.size();) {
    const auto some = keys.subspan(at, std::min(together_, keys.size() - at));
    std::vector<Found> found = GetTogether(some);
    bool have_all_come = true;
    for (std::size_t i = 0; i < some.size(); ++i, ++at) {
      if (!found[i]) {
        have_all_come = false;
        found[i] = Get(some[i]);
        if (!found[i]) return Unexpected(std::move(found[i]).error());
      }
      VSS_RETURN_IF_FAILED(visit(at, *found[i]));
      found[i] = std::optional<Record>();  // Its value is not needed any longer.
    }
    together_ = have_all_come ? std::min(together_ * 2, kTogetherMax)
                              : std::max<std::size_t>(together_ / 2, 1);
  }
  return Done{};
}

}  // namespace vss::backup
