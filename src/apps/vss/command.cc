#include "apps/vss/command.h"

#include "crypto/base64.h"

namespace vss::apps {

CommandResult SayValue(const Context& context, nlohmann::json about, std::string_view value,
                       const std::string& file) {
  if (!context.out.is_json() || !file.empty()) {
    VSS_RETURN_IF_FAILED(Output::WriteBytes(value, file));
    return kDone;
  }
  std::string encoded = crypto::EncodeBase64(BytesOf(value), crypto::Base64::kStandard);
  while (encoded.size() % 4 != 0) encoded += '=';  // Which base64(1) insists on.
  about["value"] = std::move(encoded);
  context.out.Say("", about);
  return kDone;
}

nlohmann::json JsonOfForeign(const backup::ListedKey& key) {
  return {{"foreign_key", key.key}, {"version", key.version}};
}

ExitCode Report(const Context& context, const Differences& differences) {
  context.out.Complain("conflict",
                       Count(differences.count, "record") +
                           (differences.count == 1 ? " differs" : " differ") +
                           " there, and may be newer: nothing was written. See --overwrite",
                       {{"keys", differences.names}, {"count", differences.count}});
  for (const std::string& name : differences.names) context.out.Note("  " + Printable(name));
  return kConflict;
}

}  // namespace vss::apps
