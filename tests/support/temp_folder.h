// A new folder that goes away with everything in it.
#ifndef VSS_TESTS_SUPPORT_TEMP_FOLDER_H_
#define VSS_TESTS_SUPPORT_TEMP_FOLDER_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/check.h"

namespace vss::testing {

class TempFolder final {
 public:
  TempFolder() : path_(std::filesystem::temp_directory_path() / "vss-test-XXXXXX") {
    CHECK(mkdtemp(path_.data()) != nullptr);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string Path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_SUPPORT_TEMP_FOLDER_H_
