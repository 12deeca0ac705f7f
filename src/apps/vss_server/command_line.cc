#include "apps/vss_server/command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

#include "apps/vss_server/exit_codes.h"
#include "server/assembly/files.h"
#include "server/version.h"

namespace vss::apps {
namespace {

using Command = CommandLine::Command;

void AddFlagFor(CLI::App& app, CommandLine& line, const char* name, Command command,
                const char* help) {
  app.add_flag_callback(
      name, [&line, command] { line.command = command; }, help);
}

CLI::App* AddCommand(CLI::App& app, CommandLine& line, const char* name, Command command,
                     const char* help) {
  CLI::App* const sub = app.add_subcommand(name, help);
  sub->callback([&line, command] { line.command = command; });
  return sub;
}

void AddCommands(CLI::App& app, CommandLine& line) {
  const auto add_config = [&line](CLI::App* sub) {
    sub->add_option("-c,--config", line.config_file, "Configuration file (TOML)");
  };

  CLI::App* const backup = AddCommand(app, line, "backup", Command::kBackup,
                                      "Copy the SQLite store to a file, while the server runs");
  add_config(backup);
  backup->add_option("target", line.backup_target, "The file to write")->required();
  backup->add_flag("--replace", line.replace_target, "Replace the file if it exists");

  CLI::App* const migrate = AddCommand(app, line, "migrate", Command::kMigrate,
                                       "Move everything from one store into another, empty one");
  migrate->add_option("--from", line.migrate_from, "Configuration file of the store to read")
      ->required();
  migrate->add_option("--to", line.migrate_to, "Configuration file of the store to fill")
      ->required();

  CLI::App* const lss = AddCommand(app, line, "import-lss", Command::kImportLss,
                                   "Take over what an lssd has in PostgreSQL or etcd");
  add_config(lss);
  lss->add_option("--hosts", line.lssd_hosts, "host:port, or the folder of a socket")
      ->capture_default_str();
  lss->add_option("--user", line.lssd_user, "Database user")->capture_default_str();
  lss->add_option("--database", line.lssd_database, "Database with the table")
      ->capture_default_str();
  lss->add_option("--password-file", line.lssd_password_file, "File that holds the password");
  lss->add_flag("--without-tls", line.lssd_without_tls,
                "Take a database on another machine that cannot do TLS");
  lss->add_option("--etcd-dump", line.lssd_etcd_dump,
                  "Take this file instead, which etcdctl get \"\" --from-key -w json has written")
      ->excludes("--hosts", "--user", "--database", "--password-file", "--without-tls");

  CLI::App* const postgres =
      app.add_subcommand("postgres", "Look after a PostgreSQL store")->require_subcommand(1);
  add_config(AddCommand(*postgres, line, "recount", Command::kRecount,
                        "Count anew what each user stores, after servers without quotas wrote"));
  add_config(AddCommand(*postgres, line, "rename-java-global-versions",
                        Command::kRenameJavaGlobalVersions,
                        "Give the global versions of the Java server's stores their present name"));
  CLI::App* const index = AddCommand(*postgres, line, "list-index", Command::kListIndex,
                                     "Halve the cost of updates by a leaner index, or undo that");
  add_config(index);
  index->add_flag("--lean,!--full", line.lean_list_index, "Without or with the version")
      ->required();
}

server::Environment ReadEnvironment() {
  server::Environment environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::size_t equals = text.find('=');
    if (text.starts_with("VSS_") && equals != std::string::npos) {
      environment[text.substr(0, equals)] = text.substr(equals + 1);
    }
  }
  return environment;
}

}  // namespace

std::optional<int> ParseCommandLine(int argc, char** argv, CommandLine& line) {
  CLI::App app("A Versioned Storage Service for Lightning wallets.", "vss-server");
  app.add_option("config,-c,--config", line.config_file, "Configuration file (TOML)");
  app.add_flag("--no-auth", line.no_auth,
               "Let everybody in, as the same user; on loopback addresses only");
  AddFlagFor(app, line, "--check-config", Command::kCheckConfig,
             "Say whether the configuration is good");
  AddFlagFor(app, line, "--print-config", Command::kPrintConfig,
             "Print what the configuration comes to");
  AddFlagFor(app, line, "--config-reference", Command::kConfigReference,
             "Print every setting, as Markdown");
  app.set_version_flag("--version", "vss-server " + std::string(server::kVersion));
  AddCommands(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kStopped : kBadUsage;
  }
  return std::nullopt;
}

Result<server::LoadedConfig> LoadConfigOf(const std::string& file, bool no_auth) {
  std::optional<std::string> text;
  if (!file.empty()) {
    VSS_TRY(text, server::ReadTextFile(file));
  }
  server::Environment environment = ReadEnvironment();
  if (no_auth) environment["VSS_AUTH_SCHEMES"] = "none";
  return server::LoadConfig(text, environment);
}

}  // namespace vss::apps
