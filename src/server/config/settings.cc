#include "server/config/settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <numeric>
#include <optional>
#include <type_traits>
#include <utility>

namespace vss::server {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 5> kByteUnits = {
    {{"", 1}, {"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}, {"TiB", 1ull << 40}}};
constexpr std::array<Unit, 4> kTimeUnits = {
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}}};

// A number and one of `units`, whose product fits `max`.
template <std::size_t N>
std::optional<std::uint64_t> ParseWithUnit(std::string_view text, const std::array<Unit, N>& units,
                                           std::uint64_t max) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(rest - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const auto& [name, factor] : units) {
    if (unit == name && number <= max / factor) return number * factor;
  }
  return std::nullopt;
}

// The largest unit that divides `number`, so that what is printed is what people write.
template <std::size_t N>
std::string FormatWithUnit(std::uint64_t number, const std::array<Unit, N>& units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (number % unit.factor == 0 && number >= unit.factor) best = &unit;
  }
  return std::to_string(number / best->factor) + std::string(best->name);
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      quoted += "\\u00";
      quoted += kDigits[static_cast<unsigned char>(c) >> 4];
      quoted += kDigits[static_cast<unsigned char>(c) & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::vector<std::string> SplitAtCommas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

// How many characters must be inserted, removed or replaced to make `a` of `b`.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

Result<ByteCount> ParseByteCount(std::string_view text) {
  const auto bytes = ParseWithUnit(
      text, kByteUnits, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  if (!bytes) return Invalid("expected a number of bytes such as 1048576 or 64MiB");
  return ByteCount{*bytes};
}

Result<Milliseconds> ParseDuration(std::string_view text) {
  constexpr std::uint64_t kTenYears = 3'650ull * 24 * 3'600'000;
  const auto milliseconds = ParseWithUnit(text, kTimeUnits, kTenYears);
  if (!milliseconds) return Invalid("expected a duration such as 500ms, 30s, 5m or 1h");
  return Milliseconds(*milliseconds);
}

Result<std::uint64_t> ParseNumber(std::string_view text) {
  constexpr std::array<Unit, 1> kNoUnit = {{{"", 1}}};
  const auto number = ParseWithUnit(
      text, kNoUnit, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  if (!number) return Invalid("expected a whole number");
  return *number;
}

Result<bool> ParseSwitch(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return Invalid("expected true or false");
}

std::string Setting::Environment() const {
  std::string environment = "VSS_" + name;
  for (char& c : environment) {
    c = c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return environment;
}

Result<Done> Setting::Parse(std::string_view text) const {
  return std::visit(
      [text](auto* value) -> Result<Done> {
        using Value = std::remove_pointer_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, bool>) {
          VSS_TRY(*value, ParseSwitch(text));
        } else if constexpr (std::is_same_v<Value, std::uint64_t>) {
          VSS_TRY(*value, ParseNumber(text));
        } else if constexpr (std::is_same_v<Value, ByteCount>) {
          VSS_TRY(*value, ParseByteCount(text));
        } else if constexpr (std::is_same_v<Value, Milliseconds>) {
          VSS_TRY(*value, ParseDuration(text));
        } else if constexpr (std::is_same_v<Value, std::string>) {
          *value = text;
        } else {
          *value = SplitAtCommas(text);
        }
        return Done{};
      },
      target);
}

std::string Setting::Format() const {
  if (is_secret && !std::get<std::string*>(target)->empty()) return "\"***\"";
  return std::visit(
      [](const auto* value) -> std::string {
        using Value = std::remove_cv_t<std::remove_pointer_t<decltype(value)>>;
        if constexpr (std::is_same_v<Value, bool>) {
          return *value ? "true" : "false";
        } else if constexpr (std::is_same_v<Value, std::uint64_t>) {
          return std::to_string(*value);
        } else if constexpr (std::is_same_v<Value, ByteCount>) {
          return Quoted(FormatWithUnit(value->bytes, kByteUnits));
        } else if constexpr (std::is_same_v<Value, Milliseconds>) {
          return Quoted(FormatWithUnit(static_cast<std::uint64_t>(value->count()), kTimeUnits));
        } else if constexpr (std::is_same_v<Value, std::string>) {
          return Quoted(*value);
        } else {
          std::string list;
          for (const std::string& item : *value) list += (list.empty() ? "" : ", ") + Quoted(item);
          return "[" + list + "]";
        }
      },
      target);
}

std::vector<Setting> SettingsOf(Config& c) {
  return {
      {"server.listen", &c.server.listen,
       "Addresses to serve wallets on, as host:port; [::1]:8080 for IPv6. Port 0 takes a free "
       "one."},
      {"server.tls_certificate", &c.server.tls_certificate,
       "PEM file with the certificate chain. Empty serves without TLS, for use behind a proxy that "
       "has it."},
      {"server.tls_key", &c.server.tls_key,
       "PEM file with the private key. Both files are read again when they change and on SIGHUP."},
      {"server.threads", &c.server.threads,
       "Threads that serve connections, each with one that takes its place; 0 is one for each "
       "core."},
      {"server.trusted_proxies", &c.server.trusted_proxies,
       "Networks (10.0.0.0/8, ::1) of proxies whose X-Forwarded-For names the client."},
      {"server.cors_origins", &c.server.cors_origins,
       "Origins of web wallets that browsers may let in, such as https://wallet.example; * for "
       "all."},
      {"server.request_timeout", &c.server.request_timeout,
       "A request that the store has not begun after this long is answered 503."},
      {"server.shutdown_grace", &c.server.shutdown_grace,
       "How long requests in flight may take to finish after SIGTERM."},

      {"lss.listen", &c.lss.listen,
       "Addresses to serve signers on over gRPC, such as 127.0.0.1, with another port than 55551 "
       "behind a colon. Empty switches it off."},
      {"lss.tls_certificate", &c.lss.tls_certificate, "As server.tls_certificate."},
      {"lss.tls_key", &c.lss.tls_key,
       "Its private key. Both files are read again when they change."},
      {"lss.tls_client_authority", &c.lss.tls_client_authority,
       "PEM file of an authority: only clients with a certificate that it signed are let in."},
      {"lss.allow_plaintext", &c.lss.allow_plaintext,
       "Serve without TLS on addresses that are not loopback. What a client sends can be copied "
       "and "
       "used to read all it has, for ever."},
      {"lss.server_key_folder", &c.lss.server_key_folder,
       "Folder of the file server_key, which is made if it is not there. Losing it locks every "
       "signer out. Empty: beside the file of SQLite; other stores need one, and several servers "
       "on "
       "one database the same key."},
      {"lss.accept_new_server_key", &c.lss.accept_new_server_key,
       "Start although the store was used with another server key before."},
      {"lss.any_nonce", &c.lss.any_nonce,
       "Accept nonces that are not 32 bytes long. A longer one lets whoever has a client's token "
       "forge larger puts."},
      {"lss.refuse_unsafe_nonces", &c.lss.refuse_unsafe_nonces,
       "Refuse the nonces that let whoever has a client's token forge small puts. Of the gets of "
       "deployed clients, who draw nonces blindly, one in 128 is refused."},
      {"lss.request_bytes_max", &c.lss.request_bytes_max, "One request."},
      {"lss.reply_bytes_max", &c.lss.reply_bytes_max,
       "One reply; what would be larger is refused. Deployed clients cannot receive more than "
       "4MiB."},
      {"lss.bytes_in_flight_max", &c.lss.bytes_in_flight_max,
       "Requests and replies in memory at one time, and as much again for requests that have not "
       "arrived completely; what does not fit is refused as overload."},
      {"lss.connections_max", &c.lss.connections_max, "Open connections; more are closed at once."},
      {"lss.connections_per_address_max", &c.lss.connections_per_address_max,
       "The same for one client address (IPv6: one /64)."},
      {"lss.calls_per_connection_max", &c.lss.calls_per_connection_max,
       "Calls under way at once on one connection."},
      {"lss.idle_timeout", &c.lss.idle_timeout, "How long a connection without calls is kept."},
      {"lss.connection_age_max", &c.lss.connection_age_max,
       "How long any connection is kept. Clients are asked to connect anew; what is under way may "
       "take server.request_timeout more."},
      {"lss.keep_alive_interval", &c.lss.keep_alive_interval,
       "A silent connection is asked this often whether it is still there."},
      {"lss.cached_clients_max", &c.lss.cached_clients_max,
       "How many clients' shared secrets are remembered, about 300 bytes each."},

      {"admin.listen", &c.admin.listen,
       "Address for /metrics, /health and /ready. It has no authentication: keep it private. Empty "
       "switches it off."},

      {"auth.schemes", &c.auth.schemes,
       "How callers prove who they are: signature, jwt, or both; none (everybody is the same user) "
       "only if every address is loopback."},
      {"auth.jwt_public_keys", &c.auth.jwt_public_keys,
       "RSA public keys that JWTs may be signed with (RS256): PEM files, or PEM text itself. "
       "Several "
       "for rotation."},
      {"auth.cached_proofs_max", &c.auth.cached_proofs_max,
       "How many verified signatures and tokens are remembered, about 400 bytes each."},

      {"store.kind", &c.store.kind, "sqlite, postgres, or memory (nothing survives a restart)."},
      {"store.queue_requests_max", &c.store.queue_requests_max,
       "Requests that may wait for one database connection; more are answered 503."},
      {"store.sqlite.path", &c.store.sqlite.path,
       "The database file. Created if it does not exist."},
      {"store.sqlite.read_lanes", &c.store.sqlite.read_lanes,
       "Threads that read, each with its own connection."},
      {"store.sqlite.check_on_open", &c.store.sqlite.check_on_open,
       "When to check the whole file at start: always, unclean (after a crash) or never."},
      {"store.postgres.hosts", &c.store.postgres.hosts,
       "host:port of the server; several, separated by commas, for failover to whichever accepts "
       "writes."},
      {"store.postgres.user", &c.store.postgres.user, "Database user."},
      {"store.postgres.password", &c.store.postgres.password, "Its password.", true},
      {"store.postgres.password_file", &c.store.postgres.password_file,
       "File that holds the password, instead of the setting above."},
      {"store.postgres.default_database", &c.store.postgres.default_database,
       "Database to connect to in order to create the next one if it is missing."},
      {"store.postgres.database", &c.store.postgres.database, "Database with the tables."},
      {"store.postgres.tls", &c.store.postgres.tls,
       "off, require, verify-ca, verify-full, or auto: off if every host is this machine, else "
       "verify-full."},
      {"store.postgres.tls_root_certificate", &c.store.postgres.tls_root_certificate,
       "PEM file, or PEM text, of the authority that signed the database's certificate. Empty "
       "trusts "
       "the system's."},
      {"store.postgres.commit_lanes", &c.store.postgres.commit_lanes,
       "Connections that write. Each gathers what waits into one transaction."},
      {"store.postgres.read_lanes", &c.store.postgres.read_lanes,
       "Connections that read: half of them (one of three) for gets, the others for lists."},
      {"store.postgres.prepared_statements", &c.store.postgres.prepared_statements,
       "false for a connection pooler in transaction mode."},
      {"store.postgres.allow_newer_schema", &c.store.postgres.allow_newer_schema,
       "Open a database whose schema version is newer than this server knows."},
      {"store.postgres.connect_timeout", &c.store.postgres.connect_timeout,
       "Limit for connecting to one host."},
      {"store.postgres.statement_timeout", &c.store.postgres.statement_timeout,
       "Limit for one statement."},

      {"limits.connections_max", &c.limits.connections_max,
       "Open connections; more are closed, without TLS after a 503."},
      {"limits.connections_per_address_max", &c.limits.connections_per_address_max,
       "The same for one client address (IPv6: one /64)."},
      {"limits.head_bytes_max", &c.limits.head_bytes_max, "Request line and headers together."},
      {"limits.body_bytes_max", &c.limits.body_bytes_max,
       "One put's body, at most 1GiB; those of other requests have at most 64KiB."},
      {"limits.bytes_in_flight_max", &c.limits.bytes_in_flight_max,
       "Request bodies and answers in memory at one time; what does not fit is answered 503. Once "
       "half "
       "is taken no client address (IPv6: one /64) gets beyond a quarter, and what is larger than "
       "64KiB leaves an eighth alone."},
      {"limits.head_timeout", &c.limits.head_timeout, "For a request's headers to arrive."},
      {"limits.body_progress_timeout", &c.limits.body_progress_timeout,
       "A body that does not progress for this long is given up."},
      {"limits.write_progress_timeout", &c.limits.write_progress_timeout,
       "So is a client that does not read its answer."},
      {"limits.progress_bytes_per_second_min", &c.limits.progress_bytes_per_second_min,
       "What counts as progress, over the time of either timeout."},
      {"limits.idle_timeout", &c.limits.idle_timeout,
       "How long a connection is kept between requests."},
      {"limits.tenant_requests_per_second", &c.limits.tenant_requests_per_second,
       "Of one user; 0 is no limit, as for every limit below but the bursts, where it is 1."},
      {"limits.tenant_requests_burst", &c.limits.tenant_requests_burst,
       "Requests that one user may make at once after a pause."},
      {"limits.tenant_bytes_per_second", &c.limits.tenant_bytes_per_second,
       "Request bodies and answers of one user."},
      {"limits.tenant_bytes_burst", &c.limits.tenant_bytes_burst, "Bytes at once after a pause."},
      {"limits.address_requests_per_second", &c.limits.address_requests_per_second,
       "Of one client address (IPv6: one /64). Many phones share the address of a mobile network."},
      {"limits.address_requests_burst", &c.limits.address_requests_burst,
       "Requests at once after a pause."},
      {"limits.address_bytes_per_second", &c.limits.address_bytes_per_second,
       "Request bodies from, and answers to, one client address."},
      {"limits.address_bytes_burst", &c.limits.address_bytes_burst, "Bytes at once after a pause."},
      {"limits.address_failed_authentications_per_minute",
       &c.limits.address_failed_authentications_per_minute,
       "After so many, an address is answered 429 without looking at its credentials."},
      {"limits.address_new_tenants_per_hour", &c.limits.address_new_tenants_per_hour,
       "Users that may begin to store something, from one address."},

      {"quota.bytes_max", &c.quota.bytes_max,
       "Keys and values that one user may store; 0 is no limit, as for every quota below."},
      {"quota.keys_max", &c.quota.keys_max, "Keys in all stores of one user."},
      {"quota.stores_max", &c.quota.stores_max, "Stores of one user that hold anything."},
      {"quota.value_bytes_max", &c.quota.value_bytes_max,
       "One value; 0 is what a request's body can hold."},

      {"log.level", &c.log.level, "off, error, warn, info, debug or trace."},
      {"log.format", &c.log.format, "text, or json: one object a line."},
      {"log.file", &c.log.file,
       "File to append to instead of standard error, opened again on SIGHUP."},
      {"log.standard_error", &c.log.standard_error,
       "With a file, log to standard error all the same, as the original server does."},
  };
}

std::string NearestName(std::string_view name, const std::vector<Setting>& settings) {
  std::string nearest;
  std::size_t nearest_distance = 1 + std::max<std::size_t>(2, name.size() / 3);
  for (const Setting& setting : settings) {
    const std::size_t distance = EditDistance(name, setting.name);
    if (distance < nearest_distance) {
      nearest_distance = distance;
      nearest = setting.name;
    }
  }
  return nearest;
}

}  // namespace vss::server
