// Storage keys from a hostile server, under both layouts of LDK Node, and the schema marker.  What
// is accepted says the same when it is written again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "vss/ldk_node.h"

namespace {

using namespace vss::seal;  // NOLINT(google-build-using-namespace)

const KeyObfuscator& Obfuscator() {
  static const KeyObfuscator kObfuscator{vss::Secret<32>()};
  return kObfuscator;
}

void CheckKey(std::string_view text) {
  const auto name = Obfuscator().Deobfuscate(text);
  if (name) CHECK(Obfuscator().Obfuscate(*name) == text);
  for (const LdkNodeSchema schema : {LdkNodeSchema::kV0, LdkNodeSchema::kV1}) {
    const LdkNodeLayout layout(schema, Obfuscator());
    const auto record = layout.Split(text);
    if (record) CHECK(*layout.StorageKey(*record) == text);
  }
}

// Parts from a stranger between separators of ours: what splitting has to tell apart.
void CheckParts(std::string_view input) {
  const std::string_view first = input.substr(0, input.find('\n'));
  const std::string_view second = input.substr(std::min(input.size(), first.size() + 1));
  CheckKey(Obfuscator().Obfuscate(first) + "#" + Obfuscator().Obfuscate(second));
  CheckKey(std::string(first) + "#" + std::string(second) + "#" + Obfuscator().Obfuscate(first));
  CheckKey(Obfuscator().Obfuscate(input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = vss::TextOf({data, size});
  CheckKey(input);
  CheckParts(input);
  const auto schema = DecodeSchemaMarker(input);
  if (schema) CHECK(EncodeSchemaMarker(*schema) == input);
  return 0;
}
