// What every command gets, and gives back.
#ifndef VSS_APPS_VSS_COMMAND_H_
#define VSS_APPS_VSS_COMMAND_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/vss/exit_codes.h"
#include "apps/vss/output.h"
#include "apps/vss/session.h"
#include "apps/vss/settings.h"
#include "apps/vss/view.h"
#include "base/failure.h"

namespace vss::apps {

struct Context {
  Output out;
  SettingSources sources;
  bool is_raw = false;  // Keys and values as the server sees them, whatever is known of the wallet.

  Result<std::unique_ptr<Session>> OpenSession() const {
    VSS_TRY(const Settings settings, LoadSettings(sources));
    return Session::Open(settings, out);
  }
  // The wallet's view if there is a wallet, unless is_raw.
  Result<std::unique_ptr<View>> OpenView(Session& session) const {
    if (is_raw || !session.wallet().store) return RawView();
    VSS_TRY(std::unique_ptr<LdkView> view, OpenLdkView(session));
    return std::unique_ptr<View>(std::move(view));
  }
};

// A failure is reported by whoever called; what a command has to say besides, it has said.
using CommandResult = Result<ExitCode>;

// A value into `file`, or as it is on standard output, or there as JSON with what `about` says.
CommandResult SayValue(const Context& context, nlohmann::json about, std::string_view value,
                       const std::string& file);

// A key that the wallet cannot read, for lists in JSON: nothing is left out of them.
nlohmann::json JsonOfForeign(const backup::ListedKey& key);

// Records that are there, are not the same, and were not to be replaced.
struct Differences {
  static constexpr std::size_t kNamesMax = 100;

  std::uint64_t count = 0;
  std::vector<std::string> names = {};  // The first kNamesMax.

  void Add(std::string name) {
    ++count;
    if (names.size() < kNamesMax) names.push_back(std::move(name));
  }
};
// When nothing was written because of them.
ExitCode Report(const Context& context, const Differences& differences);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_COMMAND_H_
