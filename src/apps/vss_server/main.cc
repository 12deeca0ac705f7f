// vss-server: the command line.

#include <cstdio>
#include <utility>

#include "apps/vss_server/command_line.h"
#include "apps/vss_server/exit_codes.h"
#include "apps/vss_server/maintenance.h"
#include "apps/vss_server/serve.h"
#include "base/clock.h"
#include "server/assembly/check.h"
#include "server/config/load.h"

namespace vss::apps {
namespace {

using Command = CommandLine::Command;

int Report(const Failure& failure) {
  std::fprintf(stderr, "vss-server: %s%s%s\n", failure.message.c_str(),
               failure.detail.empty() ? "" : ": ", failure.detail.c_str());
  return failure.kind == Kind::kInvalid ? kBadUsage : kFailed;
}

Result<Done> ShowConfig(const CommandLine& line, const server::LoadedConfig& loaded) {
  if (line.command == Command::kPrintConfig) {
    std::fputs(server::PrintConfig(loaded.config).c_str(), stdout);
    return Done{};
  }
  for (const std::string& warning : loaded.warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }
  VSS_RETURN_IF_FAILED(server::CheckFilesOf(loaded.config, SystemClock()));
  std::puts("the configuration is good");
  return Done{};
}

Result<Done> Maintain(const CommandLine& line) {
  if (line.command == Command::kBackup) return Backup(line);
  if (line.command == Command::kMigrate) return Migrate(line);
  if (line.command == Command::kImportLss) return ImportLss(line);
  return LookAfterPostgres(line);
}

Result<Done> Run(const CommandLine& line) {
  if (line.command == Command::kConfigReference) {
    std::fputs(server::ConfigReference().c_str(), stdout);
    return Done{};
  }
  if (line.command != Command::kServe && line.command != Command::kCheckConfig &&
      line.command != Command::kPrintConfig) {
    return Maintain(line);
  }
  VSS_TRY(server::LoadedConfig loaded, LoadConfigOf(line.config_file, line.no_auth));
  return line.command == Command::kServe ? Serve(std::move(loaded), line.config_file)
                                         : ShowConfig(line, loaded);
}

int Main(int argc, char** argv) {
  CommandLine line;
  if (const auto exit_code = ParseCommandLine(argc, argv, line)) return *exit_code;
  const Result<Done> done = Run(line);
  return done ? kStopped : Report(done.error());
}

}  // namespace
}  // namespace vss::apps

int main(int argc, char** argv) { return vss::apps::Main(argc, argv); }
