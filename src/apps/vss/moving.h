// backup, verify, restore, copy.
#ifndef VSS_APPS_VSS_MOVING_H_
#define VSS_APPS_VSS_MOVING_H_

#include <string>

#include "apps/vss/command.h"

namespace vss::apps {

struct BackupArguments {
  std::string file;
  bool replace = false;  // Replace FILE if it is there.
};
CommandResult Backup(const Context& context, const BackupArguments& arguments);

CommandResult Verify(const Context& context, const std::string& file);

struct RestoreArguments {
  std::string file;
  bool overwrite = false;
};
CommandResult Restore(const Context& context, const RestoreArguments& arguments);

struct CopyArguments {
  std::string from;  // Profiles, or URLs.
  std::string to;
  std::string spool;  // The file in between; empty: one of ours.
  bool overwrite = false;
  bool remove = false;  // What an earlier run had copied and the source has removed since.
};
CommandResult Copy(const Context& context, const CopyArguments& arguments);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_MOVING_H_
