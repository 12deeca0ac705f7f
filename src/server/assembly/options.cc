#include "server/assembly/options.h"

#include <algorithm>

#include "store/sqlite/options.h"

namespace vss::server {
namespace {

std::uint64_t OrUnlimited(std::uint64_t limit) {
  return limit == 0 ? Allowance::kUnlimited : limit;
}

Allowance AllowanceFrom(const Config::Quota& quota) {
  Allowance allowance;
  allowance.bytes_max = OrUnlimited(quota.bytes_max.bytes);
  allowance.keys_max = OrUnlimited(quota.keys_max);
  allowance.stores_max = OrUnlimited(quota.stores_max);
  return allowance;
}

// Of one value in a request of at most `request_bytes_max`.
std::size_t ValueBytesMax(const Config& config, std::uint64_t request_bytes_max) {
  std::uint64_t bytes_max = config.quota.value_bytes_max.bytes;
  if (bytes_max == 0) bytes_max = request_bytes_max;
  if (config.store.kind != "sqlite") return bytes_max;
  return std::min<std::uint64_t>(bytes_max, store::kSqliteValueBytesMax);
}

}  // namespace

service::VssOptions ServiceOptionsFrom(const Config& config) {
  service::VssOptions options;
  options.request_timeout = config.server.request_timeout;
  options.limits.value_bytes_max = ValueBytesMax(config, config.limits.body_bytes_max.bytes);
  options.allowance = AllowanceFrom(config.quota);
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
  options.body_progress.bytes_per_second = options.write_progress.bytes_per_second =
      limits.progress_bytes_per_second_min.bytes;
  options.idle_time_max = limits.idle_timeout;
  options.drain_time_max = config.server.shutdown_grace;
  return options;
}

service::LssOptions LssOptionsFrom(const Config& config) {
  service::LssOptions options;
  options.request_timeout = config.server.request_timeout;
  options.limits.any_nonce = config.lss.any_nonce;
  options.limits.refuse_unsafe_nonces = config.lss.refuse_unsafe_nonces;
  options.limits.value_bytes_max = ValueBytesMax(config, config.lss.request_bytes_max.bytes);
  options.reply_bytes_max = config.lss.reply_bytes_max.bytes;
  options.allowance = AllowanceFrom(config.quota);
  return options;
}

GrpcOptions GrpcOptionsFrom(const Config& config) {
  const Config::Lss& lss = config.lss;
  GrpcOptions options;
  if (!lss.tls_certificate.empty()) {
    options.tls = GrpcTls{lss.tls_certificate, lss.tls_key, lss.tls_client_authority};
  }
  options.message_bytes_max = lss.request_bytes_max.bytes;
  options.calls_per_connection_max = lss.calls_per_connection_max;
  options.buffer_bytes_max = lss.bytes_in_flight_max.bytes;
  options.handshake_time_max = config.limits.head_timeout;
  options.idle_time_max = lss.idle_timeout;
  options.age_max = lss.connection_age_max;
  options.age_grace = config.server.request_timeout;
  options.keep_alive_time = lss.keep_alive_interval;
  options.drain_time_max = config.server.shutdown_grace;
  return options;
}

}  // namespace vss::server
