// Looking into the store of an LDK Node, and moving it to and from LDK's files.
#ifndef VSS_APPS_VSS_LDK_H_
#define VSS_APPS_VSS_LDK_H_

#include <string>

#include "apps/vss/command.h"

namespace vss::apps {

struct LdkListArguments {
  std::string name_space;  // PRIMARY or PRIMARY/SECONDARY; empty: all.
  bool with_sizes = false;
};
CommandResult LdkList(const Context& context, const LdkListArguments& arguments);

struct LdkCatArguments {
  std::string name;
  std::string output;
};
CommandResult LdkCat(const Context& context, const LdkCatArguments& arguments);

struct LdkExportArguments {
  std::string folder;
  bool skip_unreadable = false;
};
// Every record as a file FOLDER/PRIMARY/SECONDARY/KEY, as LDK's FilesystemStore has them.
CommandResult LdkExport(const Context& context, const LdkExportArguments& arguments);

struct LdkImportArguments {
  std::string folder;
  bool overwrite = false;
};
CommandResult LdkImport(const Context& context, const LdkImportArguments& arguments);

// Whether a node would start from this store.
CommandResult LdkCheck(const Context& context);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_LDK_H_
