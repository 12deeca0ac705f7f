// vss-server: the command line.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include "apps/vss_server/exit_codes.h"
#include "apps/vss_server/serve.h"
#include "server/assembly/files.h"
#include "server/config/load.h"
#include "server/version.h"

extern char** environ;

namespace vss::apps {
namespace {

struct Options {
  std::string config_file;
  bool check_config = false;
  bool print_config = false;
  bool config_reference = false;
  bool no_auth = false;
};

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

Result<server::LoadedConfig> Load(const Options& options) {
  std::optional<std::string> file;
  if (!options.config_file.empty()) {
    VSS_TRY(file, server::ReadTextFile(options.config_file));
  }
  server::Environment environment = ReadEnvironment();
  if (options.no_auth) environment["VSS_AUTH_SCHEMES"] = "none";
  return server::LoadConfig(file, environment);
}

int Run(const Options& options) {
  if (options.config_reference) {
    std::fputs(server::ConfigReference().c_str(), stdout);
    return kStopped;
  }
  const auto loaded = Load(options);
  if (!loaded) {
    std::fprintf(stderr, "vss-server: %s\n", loaded.error().message.c_str());
    return kBadUsage;
  }
  if (options.print_config) {
    std::fputs(server::PrintConfig(loaded->config).c_str(), stdout);
    return kStopped;
  }
  if (options.check_config) {
    for (const std::string& warning : loaded->warnings) {
      std::fprintf(stderr, "warning: %s\n", warning.c_str());
    }
    std::puts("the configuration is good");
    return kStopped;
  }
  return Serve(*loaded);
}

int Main(int argc, char** argv) {
  CLI::App app("A Versioned Storage Service for Lightning wallets.", "vss-server");
  Options options;
  app.add_option("config,-c,--config", options.config_file, "Configuration file (TOML)");
  app.add_flag("--check-config", options.check_config, "Say whether the configuration is good");
  app.add_flag("--print-config", options.print_config, "Print what the configuration comes to");
  app.add_flag("--config-reference", options.config_reference, "Print every setting, as Markdown");
  app.add_flag("--no-auth", options.no_auth,
               "Let everybody in, as the same user; on loopback addresses only");
  app.set_version_flag("--version", "vss-server " + std::string(server::kVersion));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kStopped : kBadUsage;
  }
  return Run(options);
}

}  // namespace
}  // namespace vss::apps

int main(int argc, char** argv) { return vss::apps::Main(argc, argv); }
