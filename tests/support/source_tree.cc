#include "tests/support/source_tree.h"

namespace vss::testing {

std::string InSourceTree(std::string_view relative) {
  return std::string(VSS_SOURCE_DIR "/").append(relative);
}

}  // namespace vss::testing
