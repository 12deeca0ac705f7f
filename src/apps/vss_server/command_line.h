// What the command line asked for.
#ifndef VSS_APPS_VSS_SERVER_COMMAND_LINE_H_
#define VSS_APPS_VSS_SERVER_COMMAND_LINE_H_

#include <optional>
#include <string>

#include "base/failure.h"
#include "server/config/load.h"

namespace vss::apps {

struct CommandLine {
  enum class Command {
    kServe,
    kCheckConfig,
    kPrintConfig,
    kConfigReference,
    kBackup,
    kMigrate,
    kRecount,
    kRenameJavaGlobalVersions,
    kListIndex,
    kImportLss,
  };

  Command command = Command::kServe;
  std::string config_file;  // Empty: none.
  bool no_auth = false;

  std::string backup_target;
  bool replace_target = false;
  std::string migrate_from;  // Configuration files.
  std::string migrate_to;
  bool lean_list_index = false;

  // The database of the original server for signers; the defaults are that server's.
  bool lssd_without_tls = false;
  std::string lssd_hosts = "/var/run/postgresql";
  std::string lssd_user = "dev";
  std::string lssd_database = "dev";
  std::string lssd_password_file;
  std::string lssd_etcd_dump;  // Instead of all that.
};

// The exit code to end with at once (after --help, or wrong words), or nullopt to go on.
std::optional<int> ParseCommandLine(int argc, char** argv, CommandLine& line);

// The configuration of `file` (none if empty) and the environment.
Result<server::LoadedConfig> LoadConfigOf(const std::string& file, bool no_auth = false);

}  // namespace vss::apps

#endif  // VSS_APPS_VSS_SERVER_COMMAND_LINE_H_
