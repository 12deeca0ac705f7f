#include "apps/vss_server/serve.h"

#include <signal.h>
#include <sys/resource.h>

#include <cstdio>
#include <memory>
#include <string>

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

// Every connection needs a descriptor: takes as many as the system lets it have.
void RaiseDescriptorLimit(const server::Config& config, Log& log) {
  constexpr rlim_t kBesideConnections = 256;
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < config.limits.connections_max + kBesideConnections) {
    log.Warn("fewer file descriptors than connections",
             {{"descriptors", limit.rlim_max}, {"connections", config.limits.connections_max}});
  }
}

Result<std::unique_ptr<server::ServerLog>> MakeLog(const server::Config::Log& config) {
  VSS_TRY(const LogLevel level, server::ParseLogLevel(config.level));
  const auto format = config.format == "json" ? server::LogFormat::kJson : server::LogFormat::kText;
  return server::MakeServerLog(level, format, config.file);
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

void WaitForTheEnd(const sigset_t& signals, server::ServerLog& log, server::VssServer& server) {
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
    log.Info("reloaded");
  }
}

int Report(const Failure& failure) {
  std::fprintf(stderr, "vss-server: %s%s%s\n", failure.message.c_str(),
               failure.detail.empty() ? "" : ": ", failure.detail.c_str());
  return failure.kind == Kind::kInvalid ? kBadUsage : kFailed;
}

}  // namespace

int Serve(const server::LoadedConfig& loaded) {
  const sigset_t signals = TakenSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const SystemClock clock;
  auto log = MakeLog(loaded.config.log);
  if (!log) return Report(log.error());
  for (const std::string& warning : loaded.warnings)
    (*log)->Warn("configuration", {{"warning", warning}});

  RaiseDescriptorLimit(loaded.config, **log);
  auto server = server::VssServer::Make(loaded.config, clock, **log);
  if (!server) return Report(server.error());
  (*server)->Start();
  LogStart(**log, loaded.config, **server);
  WaitForTheEnd(signals, **log, **server);
  (*server)->Stop();
  (*log)->Info("stopped");
  return kStopped;
}

}  // namespace vss::apps
