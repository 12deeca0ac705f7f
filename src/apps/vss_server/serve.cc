#include "apps/vss_server/serve.h"

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>

#include "apps/vss_server/exit_codes.h"
#include "base/clock.h"
#include "server/log/server_log.h"
#include "server/version.h"
#include "server/vss_server.h"

namespace vss::apps {
namespace {

// The signals this program takes.  They are blocked in every thread and fetched with sigwait, so no
// handler ever runs in the middle of something.
sigset_t TakenSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

// Every connection needs a descriptor: takes as many as the system lets it have, and accepts no
// more connections than that, because at the end of descriptors even the operator is not let in.
void FitIntoDescriptors(server::Config& config, Log& log) {
  // For connections that are told to go away, the store, listeners, files and the operator.
  constexpr rlim_t kOfALoop = 5;
  const rlim_t beside_connections = 512 + kOfALoop * config.server.threads;
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  rlim_t room = limit.rlim_max - std::min(limit.rlim_max / 2, beside_connections);
  if (!config.lss.listen.empty()) {
    config.lss.connections_max = std::min<std::uint64_t>(config.lss.connections_max, room / 2);
    room -= config.lss.connections_max;
  }
  if (config.limits.connections_max <= room) return;
  config.limits.connections_max = room;
  log.Warn("fewer connections than configured, because file descriptors are limited",
           {{"connections", room}, {"descriptors", limit.rlim_max}});
}

Result<std::unique_ptr<server::ServerLog>> MakeLog(const server::Config::Log& config) {
  VSS_TRY(const LogLevel level, server::ParseLogLevel(config.level));
  const auto format = config.format == "json" ? server::LogFormat::kJson : server::LogFormat::kText;
  return server::MakeServerLog(
      level, format, config.file,
      config.standard_error ? server::StandardError::kAlways : server::StandardError::kWithoutFile);
}

void LogStart(Log& log, const server::Config& config, const server::VssServer& server) {
  for (std::size_t i = 0; i < config.server.listen.size(); ++i) {
    log.Info("listening", {{"address", config.server.listen[i]},
                           {"port", server.Port(i)},
                           {"tls", config.server.tls_certificate.empty() ? "no" : "yes"}});
  }
  for (std::size_t i = 0; i < config.lss.listen.size(); ++i) {
    log.Info("lss listening", {{"address", config.lss.listen[i]},
                               {"port", server.LssPort(i)},
                               {"tls", config.lss.tls_certificate.empty() ? "no" : "yes"}});
  }
  if (const auto port = server.AdminPort()) log.Info("admin listening", {{"port", *port}});
  log.Info("ready", {{"version", server::kVersion}, {"store", config.store.kind}});
}

// The configuration is read once, and whoever changes it may think that a signal is enough.
class ConfigFile final {
 public:
  explicit ConfigFile(const std::string& path) : path_(path), changed_(LastChange()) {}

  void WarnIfChanged(Log& log) const {
    if (LastChange() == changed_) return;
    log.Warn("the configuration has changed, and is not read before the next start",
             {{"file", path_}});
  }

 private:
  std::filesystem::file_time_type LastChange() const {
    std::error_code ignored;
    return std::filesystem::last_write_time(path_, ignored);
  }

  const std::string path_;
  const std::filesystem::file_time_type changed_;
};

void WaitForTheEnd(const sigset_t& signals, const ConfigFile& config_file, server::ServerLog& log,
                   server::VssServer& server) {
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) {
      log.Info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
      return;
    }
    if (const auto reopened = log.Reopen(); !reopened) {
      log.Error("log not reopened", {{"detail", reopened.error().detail}});
    }
    server.Reload();
    log.Info("reloaded", {{"what", "log file, certificates, token keys"}});
    config_file.WarnIfChanged(log);
  }
}

// While it lives, a signal ends the process at once: who asks again does not want to wait.  Unless
// it came with the first, as when a terminal and a supervisor both pass it on.
class Impatience final {
 public:
  Impatience(const sigset_t& signals, const Clock& clock)
      : thread_([&signals, since = clock.Steady(), &clock](const std::stop_token& stop) {
          constexpr timespec kPause = {.tv_sec = 0, .tv_nsec = 50'000'000};
          while (!stop.stop_requested()) {
            const int signal = sigtimedwait(&signals, nullptr, &kPause);
            if (signal != SIGTERM && signal != SIGINT) continue;
            if (clock.Steady() - since > std::chrono::seconds(1)) std::_Exit(kFailed);
          }
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace

Result<Done> Serve(server::LoadedConfig loaded, const std::string& config_path) {
  const ConfigFile config_file(config_path);
  const sigset_t signals = TakenSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const SystemClock clock;
  VSS_TRY(const auto log, MakeLog(loaded.config.log));
  for (const std::string& warning : loaded.warnings) {
    log->Warn("configuration", {{"warning", warning}});
  }
  FitIntoDescriptors(loaded.config, *log);
  VSS_TRY(const auto server, server::VssServer::Make(loaded.config, clock, *log));
  server->Start();
  LogStart(*log, loaded.config, *server);
  WaitForTheEnd(signals, config_file, *log, *server);
  const Impatience impatience(signals, clock);
  server->Stop();
  log->Info("stopped");
  return Done{};
}

}  // namespace vss::apps
