// Any bytes as a backup file, and any contents of frames whose checks hold: examined without a
// crash, and what is called sound can be read whole.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "backup/contents.h"
#include "base/check.h"

namespace {

using namespace vss;          // NOLINT(google-build-using-namespace)
using namespace vss::backup;  // NOLINT(google-build-using-namespace)

// Frames of kinds and contents that `plan` chooses.
std::string FramesOf(std::string_view plan) {
  std::string file = EncodePreamble();
  ShortDigest link = DigestOf({BytesOf(file)});
  for (std::uint64_t sequence = 0; plan.size() >= 2; ++sequence) {
    const auto kind = static_cast<FrameKind>(plan[0] & 3);
    const std::size_t length =
        std::min<std::size_t>(static_cast<std::uint8_t>(plan[1]), plan.size() - 2);
    const std::string_view payload = plan.substr(2, length);
    plan.remove_prefix(2 + length);
    const std::string header = EncodeFrameHeader({kind, sequence, payload.size()});
    const ShortDigest digest = DigestOf({BytesOf(header), BytesOf(payload)});
    link = DigestOf({link, digest});
    file.append(header).append(payload).append(TextOf(digest)).append(TextOf(link));
  }
  return file;
}

void Look(std::string file) {
  MemoryBytes bytes(std::move(file));
  const auto contents = Examine(bytes);
  CHECK(contents.has_value());
  CHECK(contents->sound.offset <= bytes.Size());
  CHECK(contents->IsSound() || !contents->damages.empty());
  if (!contents->IsSound()) return;
  for (const std::uint64_t offset : contents->index) CHECK(ReadRecordAt(bytes, offset).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Look(text);
  Look(FramesOf(text));
  return 0;
}
