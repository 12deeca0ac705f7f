#include "server/vss_server.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/entropy.h"
#include "server/admin_handler.h"
#include "server/assembly/make_authorizer.h"
#include "server/assembly/make_store.h"
#include "server/assembly/options.h"
#include "server/assembly/reloadable_authorizer.h"
#include "server/config/validate.h"
#include "server/http/http_server.h"
#include "server/lss/lss_side.h"
#include "server/metrics/metrics.h"
#include "server/version.h"
#include "server/vss/vss_handler.h"
#include "service/admission.h"
#include "service/vss_service.h"

namespace vss::server {

// In the order in which they are built; what a request passes through goes last.
struct VssServer::Parts {
  Parts(const Config& of_config, const Clock& of_clock, Log& of_log, Entropy& entropy)
      : config(of_config),
        clock(of_clock),
        log(of_log),
        metrics(kVersion),
        admission(AdmissionLimitsFrom(config), clock, entropy, metrics) {}

  Result<Done> Build(Entropy& entropy);
  Result<std::vector<ListenerOptions>> Listeners();

  const Config config;
  const Clock& clock;
  Log& log;
  Metrics metrics;
  service::Admission admission;
  std::unique_ptr<ReloadableAuthorizer> authorizer;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<service::VssService> service;
  std::unique_ptr<VssHandler> vss_handler;
  std::unique_ptr<AdminHandler> admin_handler;
  std::unique_ptr<HttpServer> http;
  std::unique_ptr<LssSide> lss;  // Null if it is off.
  std::optional<std::size_t> admin_listener;
};

Result<Done> VssServer::Parts::Build(Entropy& entropy) {
  VSS_TRY(auto made_authorizer, MakeAuthorizer(config.auth, clock));
  authorizer = std::make_unique<ReloadableAuthorizer>(std::move(made_authorizer));
  VSS_TRY(store, MakeStore(config, clock, log, metrics));
  service = std::make_unique<service::VssService>(ServiceOptionsFrom(config), *authorizer,
                                                  admission, *store, metrics, clock);
  std::optional<LocalOnly> vss_local_only;
  if (config.auth.schemes.front() == "none") vss_local_only.emplace(config.server.cors_origins);
  vss_handler =
      std::make_unique<VssHandler>(config.limits.body_bytes_max.bytes, std::move(vss_local_only),
                                   *service, metrics, log, clock, entropy);
  std::optional<LocalOnly> admin_local_only;
  const auto admin = ParseHostPort(config.admin.listen);
  if (admin && IsLoopback(admin->host)) admin_local_only.emplace();
  admin_handler =
      std::make_unique<AdminHandler>(std::move(admin_local_only), metrics, *store, clock);

  VSS_TRY(const std::vector<ListenerOptions> listeners, Listeners());
  VSS_TRY(http, HttpServer::Make(HttpOptionsFrom(config), listeners, clock, log, metrics));
  metrics.AddGauge("vss_http_connections", "Connections open now.",
                   [this] { return static_cast<double>(http->Connections()); });
  metrics.AddGauge("vss_http_bytes_in_flight", "Request bodies and answers in memory now.",
                   [this] { return static_cast<double>(http->BytesInFlight()); });
  if (!config.lss.listen.empty()) {
    VSS_TRY(lss, LssSide::Make(config, *store, admission, metrics, log, clock, entropy));
  }
  return Done{};
}

Result<std::vector<ListenerOptions>> VssServer::Parts::Listeners() {
  std::vector<ListenerOptions> listeners;
  for (const std::string& address : config.server.listen) {
    VSS_TRY(const HostPort parsed, ParseHostPort(address));
    ListenerOptions listener{parsed.host, parsed.port, vss_handler.get()};
    if (!config.server.tls_certificate.empty()) {
      listener.tls = TlsFiles{config.server.tls_certificate, config.server.tls_key};
    }
    listener.trusted_proxies = config.server.trusted_proxies;
    listener.cors_origins = config.server.cors_origins;
    listeners.push_back(std::move(listener));
  }
  if (!config.admin.listen.empty()) {
    VSS_TRY(const HostPort parsed, ParseHostPort(config.admin.listen));
    admin_listener = listeners.size();
    // An operator gets in when every place for wallets is taken.
    listeners.push_back({.host = parsed.host,
                         .port = parsed.port,
                         .handler = admin_handler.get(),
                         .is_limited = false});
  }
  return listeners;
}

VssServer::VssServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

VssServer::~VssServer() { Stop(); }

Result<std::unique_ptr<VssServer>> VssServer::Make(const Config& config, const Clock& clock,
                                                   Log& log) {
  SystemEntropy entropy;
  auto parts = std::make_unique<Parts>(config, clock, log, entropy);
  VSS_RETURN_IF_FAILED(parts->Build(entropy));
  return std::unique_ptr<VssServer>(new VssServer(std::move(parts)));
}

void VssServer::Start() {
  parts_->http->Start();
  if (parts_->lss) parts_->lss->Start();
}

// The store goes before everything that its answers pass through: while it closes, it answers what
// it had accepted.
void VssServer::Stop() {
  {
    std::jthread signers;  // At the same time, so that nobody is let in while the others finish.
    if (parts_->lss) signers = std::jthread([this] { parts_->lss->Stop(); });
    parts_->http->Stop();
  }
  parts_->store.reset();
}

void VssServer::Reload() {
  parts_->http->ReloadCertificates();
  auto authorizer = MakeAuthorizer(parts_->config.auth, parts_->clock);
  if (authorizer) {
    parts_->authorizer->Replace(*std::move(authorizer));
  } else {
    parts_->log.Error("keys not reloaded", {{"problem", authorizer.error().message}});
  }
}

std::uint16_t VssServer::Port(std::size_t listener) const { return parts_->http->PortOf(listener); }

std::uint16_t VssServer::LssPort(std::size_t listener) const { return parts_->lss->Port(listener); }

std::optional<std::uint16_t> VssServer::AdminPort() const {
  if (!parts_->admin_listener) return std::nullopt;
  return parts_->http->PortOf(*parts_->admin_listener);
}

}  // namespace vss::server
