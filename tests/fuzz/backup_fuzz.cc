// Any bytes as a backup file: examined without a crash, and what is called sound can be read whole.

#include <cstddef>
#include <cstdint>
#include <string>

#include "backup/contents.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vss::backup;  // NOLINT(google-build-using-namespace)
  MemoryBytes bytes(std::string(reinterpret_cast<const char*>(data), size));
  const auto contents = Examine(bytes);
  CHECK(contents.has_value());
  CHECK(contents->sound.offset <= size);
  CHECK(contents->IsSound() || !contents->damages.empty());
  if (!contents->IsSound()) return 0;
  for (const std::uint64_t offset : contents->index) CHECK(ReadRecordAt(bytes, offset).has_value());
  return 0;
}
