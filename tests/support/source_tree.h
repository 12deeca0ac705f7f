// Where the files of this source tree are, for tests that read vectors, keys or documents.
#ifndef VSS_TESTS_SUPPORT_SOURCE_TREE_H_
#define VSS_TESTS_SUPPORT_SOURCE_TREE_H_

#include <string>
#include <string_view>

namespace vss::testing {

// The absolute path of `relative`, which starts at the top of the source tree.
std::string InSourceTree(std::string_view relative);

}  // namespace vss::testing

#endif  // VSS_TESTS_SUPPORT_SOURCE_TREE_H_
