#include "server/vss_server.h"

#include <string>
#include <utility>
#include <vector>

#include "base/entropy.h"
#include "server/admin_handler.h"
#include "server/assembly/make_authorizer.h"
#include "server/assembly/make_store.h"
#include "server/config/validate.h"
#include "server/http/http_server.h"
#include "server/metrics/metrics.h"
#include "server/version.h"
#include "server/vss/vss_handler.h"
#include "service/admission.h"
#include "service/vss_service.h"

namespace vss::server {
namespace {

std::uint64_t OrUnlimited(std::uint64_t limit) {
  return limit == 0 ? Allowance::kUnlimited : limit;
}

service::VssOptions ServiceOptionsFrom(const Config& config) {
  service::VssOptions options;
  options.request_timeout = config.server.request_timeout;
  options.limits.value_bytes_max = config.quota.value_bytes_max.bytes == 0
                                       ? config.limits.body_bytes_max.bytes
                                       : config.quota.value_bytes_max.bytes;
  if (config.store.kind == "sqlite") {
    options.limits.value_bytes_max =
        std::min<std::size_t>(options.limits.value_bytes_max, store::kSqliteValueBytesMax);
  }
  options.allowance.bytes_max = OrUnlimited(config.quota.bytes_max.bytes);
  options.allowance.keys_max = OrUnlimited(config.quota.keys_max);
  options.allowance.stores_max = OrUnlimited(config.quota.stores_max);
  return options;
}

service::AdmissionLimits AdmissionLimitsFrom(const Config& config) {
  const auto rate = [](std::uint64_t per_second, std::uint64_t burst) {
    return service::Rate{static_cast<double>(per_second), static_cast<double>(burst)};
  };
  const Config::Limits& limits = config.limits;
  service::AdmissionLimits admission;
  admission.tenant_requests = rate(limits.tenant_requests_per_second, limits.tenant_requests_burst);
  admission.tenant_bytes =
      rate(limits.tenant_bytes_per_second.bytes, limits.tenant_bytes_burst.bytes);
  admission.address_requests =
      rate(limits.address_requests_per_second, limits.address_requests_burst);
  admission.address_bytes =
      rate(limits.address_bytes_per_second.bytes, limits.address_bytes_burst.bytes);
  admission.address_failed_authentications_per_minute =
      static_cast<double>(limits.address_failed_authentications_per_minute);
  admission.address_new_tenants_per_hour = static_cast<double>(limits.address_new_tenants_per_hour);
  return admission;
}

HttpOptions HttpOptionsFrom(const Config& config) {
  const Config::Limits& limits = config.limits;
  HttpOptions options;
  options.threads = config.server.threads;
  options.connections_max = limits.connections_max;
  options.connections_per_address_max = limits.connections_per_address_max;
  options.bytes_in_flight_max = limits.bytes_in_flight_max.bytes;
  options.reader.header_bytes_max = limits.head_bytes_max.bytes;
  options.head_time_max = limits.head_timeout;
  options.body_progress.time = limits.body_progress_timeout;
  options.write_progress.time = limits.write_progress_timeout;
  options.idle_time_max = limits.idle_timeout;
  options.drain_time_max = config.server.shutdown_grace;
  return options;
}

}  // namespace

// In the order in which they are built; what a request passes through goes last.
struct VssServer::Parts {
  Parts(const Config& config, const Clock& clock, Entropy& entropy)
      : metrics(kVersion), admission(AdmissionLimitsFrom(config), clock, entropy) {}

  Metrics metrics;
  service::Admission admission;
  std::unique_ptr<auth::Authorizer> authorizer;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<service::VssService> service;
  std::unique_ptr<VssHandler> vss_handler;
  std::unique_ptr<AdminHandler> admin_handler;
  std::unique_ptr<HttpServer> http;
  std::optional<std::size_t> admin_listener;
};

VssServer::VssServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

VssServer::~VssServer() { Stop(); }

Result<std::unique_ptr<VssServer>> VssServer::Make(const Config& config, const Clock& clock,
                                                   Log& log) {
  SystemEntropy entropy;
  auto parts = std::make_unique<Parts>(config, clock, entropy);
  VSS_TRY(parts->authorizer, MakeAuthorizer(config.auth, clock));
  VSS_TRY(parts->store, MakeStore(config, clock, log, parts->metrics));
  parts->service = std::make_unique<service::VssService>(
      ServiceOptionsFrom(config), *parts->authorizer, parts->admission, *parts->store, clock);
  parts->vss_handler = std::make_unique<VssHandler>(config.limits.body_bytes_max.bytes,
                                                    *parts->service, parts->metrics, log, clock);
  parts->admin_handler = std::make_unique<AdminHandler>(parts->metrics, *parts->store, clock);

  std::vector<ListenerOptions> listeners;
  for (const std::string& address : config.server.listen) {
    VSS_TRY(const HostPort parsed, ParseHostPort(address));
    ListenerOptions listener{parsed.host, parsed.port, parts->vss_handler.get()};
    if (!config.server.tls_certificate.empty()) {
      listener.tls = TlsFiles{config.server.tls_certificate, config.server.tls_key};
    }
    listener.trusted_proxies = config.server.trusted_proxies;
    listener.cors_origins = config.server.cors_origins;
    listeners.push_back(std::move(listener));
  }
  if (!config.admin.listen.empty()) {
    VSS_TRY(const HostPort parsed, ParseHostPort(config.admin.listen));
    parts->admin_listener = listeners.size();
    listeners.push_back({parsed.host, parsed.port, parts->admin_handler.get()});
  }
  VSS_TRY(parts->http, HttpServer::Make(HttpOptionsFrom(config), std::move(listeners), clock, log,
                                        parts->metrics));
  parts->metrics.AddGauge("vss_http_connections", "Connections open now.", [&http = *parts->http] {
    return static_cast<double>(http.Connections());
  });
  parts->metrics.AddGauge(
      "vss_http_bytes_in_flight", "Request bodies and answers in memory now.",
      [&http = *parts->http] { return static_cast<double>(http.BytesInFlight()); });
  return std::unique_ptr<VssServer>(new VssServer(std::move(parts)));
}

void VssServer::Start() { parts_->http->Start(); }

// The store goes before everything that its answers pass through: while it closes, it answers what
// it had accepted.
void VssServer::Stop() {
  parts_->http->Stop();
  parts_->store.reset();
}

void VssServer::Reload() { parts_->http->ReloadCertificates(); }

std::uint16_t VssServer::Port(std::size_t listener) const { return parts_->http->PortOf(listener); }

std::optional<std::uint16_t> VssServer::AdminPort() const {
  if (!parts_->admin_listener) return std::nullopt;
  return parts_->http->PortOf(*parts_->admin_listener);
}

}  // namespace vss::server
