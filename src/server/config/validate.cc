#include "server/config/validate.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "server/http/client_address.h"

namespace vss::server {
namespace {

Result<Done> OneOf(std::string_view name, std::string_view value,
                   std::initializer_list<std::string_view> choices) {
  std::string listed;
  for (const std::string_view choice : choices) {
    if (value == choice) return Done{};
    listed += (listed.empty() ? "" : ", ") + std::string(choice);
  }
  return Invalid(std::string(name) + ": \"" + std::string(value) + "\" is none of " + listed);
}

Result<Done> AtLeast(std::string_view name, std::uint64_t value, std::uint64_t min) {
  if (value >= min) return Done{};
  return Invalid(std::string(name) + " must be at least " + std::to_string(min));
}

Result<Done> AtMost(std::string_view name, std::uint64_t value, std::uint64_t max) {
  if (value <= max) return Done{};
  return Invalid(std::string(name) + " is at most " + std::to_string(max));
}

constexpr std::uint64_t kThreadsMax = 1024;

// Whether a browser would ever send this: scheme://host, perhaps with a port, and nothing behind.
bool IsOrigin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  const std::string_view host = text.substr(scheme + 3);
  return !host.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7F && (c < 'A' || c > 'Z');
  }) && host.find_first_of("/?#@,\\\"") == std::string_view::npos;
}

Result<Done> ValidateServer(const Config& config) {
  if (config.server.listen.empty()) return Invalid("server.listen is empty");
  if (config.server.tls_certificate.empty() != config.server.tls_key.empty()) {
    return Invalid("server.tls_certificate and server.tls_key go together");
  }
  VSS_RETURN_IF_FAILED(AtMost("server.threads", config.server.threads, kThreadsMax));
  if (auto proxies = TrustedProxies::Parse(config.server.trusted_proxies); !proxies) {
    return Invalid("server.trusted_proxies: " + proxies.error().message);
  }
  for (const std::string& origin : config.server.cors_origins) {
    if (origin == "*" || IsOrigin(origin)) continue;
    return Invalid("server.cors_origins: \"" + origin +
                   "\" is not what a browser sends, such as https://wallet.example");
  }
  return Done{};
}

Result<Done> ValidateLss(const Config& config) {
  const Config::Lss& lss = config.lss;
  if (lss.tls_certificate.empty() != lss.tls_key.empty()) {
    return Invalid("lss.tls_certificate and lss.tls_key go together");
  }
  if (lss.tls_certificate.empty() && !lss.tls_client_authority.empty()) {
    return Invalid("lss.tls_client_authority needs lss.tls_certificate");
  }
  for (const std::string& address : lss.listen) {
    VSS_TRY(const HostPort parsed, ParseHostPort(address, kLssPort));
    if (lss.tls_certificate.empty() && !lss.allow_plaintext && !IsLoopback(parsed.host)) {
      return Invalid("lss.listen: " + address +
                     " is not a loopback address, so it needs lss.tls_certificate, or "
                     "lss.allow_plaintext");
    }
  }
  if (!lss.listen.empty() && lss.server_key_folder.empty() && config.store.kind != "sqlite") {
    return Invalid("lss.server_key_folder is empty, which only goes with a sqlite store");
  }
  for (const ByteCount bytes : {lss.request_bytes_max, lss.reply_bytes_max}) {
    if (bytes < 64_KiB || bytes > 1_GiB) {
      return Invalid("lss.request_bytes_max and lss.reply_bytes_max are 64KiB to 1GiB");
    }
  }
  if (lss.bytes_in_flight_max.bytes <
      2 * std::max(lss.request_bytes_max.bytes, lss.reply_bytes_max.bytes)) {
    return Invalid(
        "lss.bytes_in_flight_max must be at least twice lss.request_bytes_max and "
        "lss.reply_bytes_max");
  }
  for (const Milliseconds time :
       {lss.idle_timeout, lss.keep_alive_interval, lss.connection_age_max}) {
    if (time < std::chrono::seconds(1) || time > std::chrono::hours(24)) {
      return Invalid(
          "lss.idle_timeout, lss.keep_alive_interval and lss.connection_age_max are 1s to 24h");
    }
  }
  VSS_RETURN_IF_FAILED(AtLeast("lss.connections_max", lss.connections_max, 1));
  VSS_RETURN_IF_FAILED(
      AtLeast("lss.connections_per_address_max", lss.connections_per_address_max, 1));
  return AtLeast("lss.calls_per_connection_max", lss.calls_per_connection_max, 1);
}

// Of two addresses only one could be had.
bool Collide(const HostPort& a, const HostPort& b) {
  const auto is_any = [](const std::string& host) { return host == "0.0.0.0" || host == "::"; };
  const bool same_family =
      (a.host.find(':') == std::string::npos) == (b.host.find(':') == std::string::npos);
  return a.port != 0 && a.port == b.port &&
         (a.host == b.host || (same_family && (is_any(a.host) || is_any(b.host))));
}

Result<Done> ValidateAddresses(const Config& config) {
  std::vector<std::pair<std::string, HostPort>> taken;
  const auto take = [&taken](const char* setting, const std::string& address,
                             std::optional<std::uint16_t> default_port) -> Result<Done> {
    const auto parsed = ParseHostPort(address, default_port);
    if (!parsed) return Invalid(std::string(setting) + ": " + parsed.error().message);
    for (const auto& [other, at] : taken) {
      if (Collide(*parsed, at)) {
        return Invalid(setting + (": " + address).append(" is taken by ").append(other));
      }
    }
    taken.emplace_back(setting, *parsed);
    return Done{};
  };
  for (const std::string& address : config.server.listen) {
    VSS_RETURN_IF_FAILED(take("server.listen", address, std::nullopt));
  }
  for (const std::string& address : config.lss.listen) {
    VSS_RETURN_IF_FAILED(take("lss.listen", address, kLssPort));
  }
  if (config.admin.listen.empty()) return Done{};
  return take("admin.listen", config.admin.listen, std::nullopt);
}

Result<Done> ValidateAuth(const Config& config) {
  const auto& schemes = config.auth.schemes;
  const auto has = [&](std::string_view scheme) {
    return std::find(schemes.begin(), schemes.end(), scheme) != schemes.end();
  };
  if (schemes.empty()) return Invalid("auth.schemes is empty");
  for (const std::string& scheme : schemes) {
    VSS_RETURN_IF_FAILED(OneOf("auth.schemes", scheme, {"signature", "jwt", "none"}));
  }
  if (has("none") && schemes.size() > 1) return Invalid("auth.schemes: none stands alone");
  if (has("jwt") && config.auth.jwt_public_keys.empty()) {
    return Invalid("auth.schemes has jwt, but auth.jwt_public_keys is empty");
  }
  if (!has("jwt") && !config.auth.jwt_public_keys.empty()) {
    return Invalid("auth.jwt_public_keys is set, but auth.schemes does not have jwt");
  }
  if (!has("none")) return Done{};
  for (const std::string& address : config.server.listen) {
    VSS_TRY(const HostPort parsed, ParseHostPort(address));
    if (!IsLoopback(parsed.host)) {
      return Invalid("auth.schemes is none, which is allowed only on loopback addresses, and " +
                     address + " is not one");
    }
  }
  return Done{};
}

Result<Done> ValidateStore(const Config::Store& store) {
  VSS_RETURN_IF_FAILED(OneOf("store.kind", store.kind, {"sqlite", "postgres", "memory"}));
  VSS_RETURN_IF_FAILED(OneOf("store.sqlite.check_on_open", store.sqlite.check_on_open,
                             {"always", "unclean", "never"}));
  VSS_RETURN_IF_FAILED(OneOf("store.postgres.tls", store.postgres.tls,
                             {"auto", "off", "require", "verify-ca", "verify-full"}));
  VSS_RETURN_IF_FAILED(AtLeast("store.queue_requests_max", store.queue_requests_max, 1));
  VSS_RETURN_IF_FAILED(AtLeast("store.sqlite.read_lanes", store.sqlite.read_lanes, 1));
  VSS_RETURN_IF_FAILED(AtLeast("store.postgres.commit_lanes", store.postgres.commit_lanes, 1));
  VSS_RETURN_IF_FAILED(AtLeast("store.postgres.read_lanes", store.postgres.read_lanes, 1));
  VSS_RETURN_IF_FAILED(AtMost("store.sqlite.read_lanes", store.sqlite.read_lanes, kThreadsMax));
  VSS_RETURN_IF_FAILED(
      AtMost("store.postgres.commit_lanes", store.postgres.commit_lanes, kThreadsMax));
  VSS_RETURN_IF_FAILED(AtMost("store.postgres.read_lanes", store.postgres.read_lanes, kThreadsMax));
  if (store.kind == "sqlite" && store.sqlite.path.empty()) {
    return Invalid("store.sqlite.path is empty");
  }
  if (!store.postgres.password.empty() && !store.postgres.password_file.empty()) {
    return Invalid("store.postgres.password and store.postgres.password_file are both set");
  }
  return Done{};
}

Result<Done> ValidateLimits(const Config::Limits& limits) {
  VSS_RETURN_IF_FAILED(AtLeast("limits.connections_max", limits.connections_max, 1));
  VSS_RETURN_IF_FAILED(
      AtLeast("limits.connections_per_address_max", limits.connections_per_address_max, 1));
  VSS_RETURN_IF_FAILED(AtLeast("limits.head_bytes_max", limits.head_bytes_max.bytes, 1024));
  if (limits.body_bytes_max > 1_GiB) return Invalid("limits.body_bytes_max is at most 1GiB");
  if (limits.bytes_in_flight_max.bytes < 2 * limits.body_bytes_max.bytes) {
    return Invalid("limits.bytes_in_flight_max must be at least twice limits.body_bytes_max");
  }
  for (const Milliseconds timeout : {limits.head_timeout, limits.body_progress_timeout,
                                     limits.write_progress_timeout, limits.idle_timeout}) {
    if (timeout < std::chrono::seconds(1)) return Invalid("a timeout is at least 1s");
  }
  return Done{};
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

Result<Done> Validate(const Config& config) {
  VSS_RETURN_IF_FAILED(ValidateAddresses(config));
  VSS_RETURN_IF_FAILED(ValidateServer(config));
  VSS_RETURN_IF_FAILED(ValidateLss(config));
  VSS_RETURN_IF_FAILED(ValidateAuth(config));
  VSS_RETURN_IF_FAILED(ValidateStore(config.store));
  VSS_RETURN_IF_FAILED(ValidateLimits(config.limits));
  VSS_RETURN_IF_FAILED(OneOf("log.level", Lower(config.log.level),
                             {"off", "error", "warn", "info", "debug", "trace"}));
  return OneOf("log.format", config.log.format, {"text", "json"});
}

Result<HostPort> ParseHostPort(std::string_view text, std::optional<std::uint16_t> default_port) {
  const bool has_port = text.find(':') != std::string_view::npos && !text.ends_with(']');
  if (default_port && !has_port) {
    return ParseHostPort(std::string(text) + ":" + std::to_string(*default_port));
  }
  const auto bad = [&] { return Invalid("\"" + std::string(text) + "\" is not host:port"); };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad();
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 3) return bad();
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return Invalid("\"" + std::string(text) + "\": an IPv6 address needs brackets, [::1]:8080");
  }
  HostPort parsed{std::string(host), 0};
  const char* const end = port_text.data() + port_text.size();
  const auto [rest, error] = std::from_chars(port_text.data(), end, parsed.port);
  if (port_text.empty() || error != std::errc() || rest != end) return bad();
  return parsed;
}

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") &&
          host.find_first_not_of("0123456789.") == std::string_view::npos);
}

bool AreAllLocal(std::string_view hosts) {
  while (!hosts.empty()) {
    const std::string_view one = hosts.substr(0, hosts.find(','));
    hosts.remove_prefix(std::min(one.size() + 1, hosts.size()));
    if (one.starts_with('/')) continue;
    const auto parsed = ParseHostPort(one);
    if (!IsLoopback(parsed ? std::string_view(parsed->host) : one)) return false;
  }
  return true;
}

}  // namespace vss::server
