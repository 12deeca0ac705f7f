// The folder of LDK's FilesystemStore: a file for each record, FOLDER/PRIMARY/SECONDARY/KEY, with
// the levels of empty namespaces left out.
#ifndef VSS_APPS_VSS_LDK_FILES_H_
#define VSS_APPS_VSS_LDK_FILES_H_

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/failure.h"
#include "vss/ldk_node.h"

namespace vss::apps {

class LdkFolder final {
 public:
  // Makes the folder, or takes an empty one.
  static Result<LdkFolder> Create(const std::string& path);

  // Durably once Flush is done, and with a later time than the file written before.  kInvalid if it
  // is there already.
  Result<Done> Write(const seal::RecordName& name, const std::string& value);

  // Every folder that was made, and what it was made in.
  Result<Done> Flush() const;

 private:
  explicit LdkFolder(std::string path)
      : path_(std::move(path)), time_(std::filesystem::file_time_type::clock::now()) {}

  std::string path_;
  std::vector<std::filesystem::path> made_;  // To get there.
  std::filesystem::file_time_type time_;
};

struct LdkFile {
  seal::RecordName name;
  std::string path;
};

// Oldest first.  Temporary files of LDK's (.tmp, .trash) are passed over; kInvalid if there is
// anything else that is no record: a link to a folder, too, for what is behind it would be missed.
Result<std::vector<LdkFile>> ReadLdkFolder(const std::string& path);
Result<std::string> ReadLdkFile(const LdkFile& file);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_LDK_FILES_H_
