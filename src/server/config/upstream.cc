#include "server/config/upstream.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/config/settings.h"

namespace vss::server {
namespace {

struct Source {
  std::string_view name;      // In the file.
  std::string_view variable;  // In the environment.
};

constexpr Source kBindAddress = {"server_config.bind_address", "VSS_BIND_ADDRESS"};
constexpr Source kBodySize = {"server_config.max_request_body_size", "VSS_MAX_REQUEST_BODY_SIZE"};
constexpr Source kRsaPem = {"jwt_auth_config.rsa_pem", "VSS_JWT_RSA_PEM"};
constexpr Source kUser = {"postgresql_config.username", "VSS_PSQL_USERNAME"};
constexpr Source kPassword = {"postgresql_config.password", "VSS_PSQL_PASSWORD"};
constexpr Source kAddress = {"postgresql_config.address", "VSS_PSQL_ADDRESS"};
constexpr Source kDefaultDatabase = {"postgresql_config.default_database", "VSS_PSQL_DEFAULT_DB"};
constexpr Source kDatabase = {"postgresql_config.vss_database", "VSS_PSQL_VSS_DB"};
constexpr Source kTls = {"postgresql_config.tls", "VSS_PSQL_TLS"};
constexpr Source kCertificate = {"postgresql_config.tls.crt_pem", "VSS_PSQL_CRT_PEM"};
constexpr Source kLogLevel = {"log_config.level", "VSS_LOG_LEVEL"};
constexpr Source kLogFile = {"log_config.file", "VSS_LOG_FILE"};

constexpr std::array kSources = {kBindAddress, kBodySize,    kRsaPem,          kUser,
                                 kPassword,    kAddress,     kDefaultDatabase, kDatabase,
                                 kTls,         kCertificate, kLogLevel,        kLogFile};

constexpr std::array<std::string_view, 4> kTables = {"server_config", "jwt_auth_config",
                                                     "postgresql_config", "log_config"};

constexpr std::uint64_t kBodyBytesMax = 1'073'741'824;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
        HexDigit(text[i + 2]) >= 0) {
      decoded.push_back(static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

class Upstream {
 public:
  Upstream(const FlatFile& file, const std::map<std::string, std::string>& environment)
      : file_(file), environment_(environment) {}

  std::optional<std::string> Variable(const Source& source) const {
    const auto set = environment_.find(std::string(source.variable));
    if (set == environment_.end()) return std::nullopt;
    return set->second;
  }
  std::optional<std::string> InFile(const Source& source) const {
    const auto set = file_.find(std::string(source.name));
    if (set == file_.end()) return std::nullopt;
    return set->second;
  }
  std::optional<std::string> Find(const Source& source) const {
    if (auto set = Variable(source)) return set;
    return InFile(source);
  }
  Result<std::string> Need(const Source& source) const {
    if (auto set = Find(source)) return *std::move(set);
    return Invalid(std::string(source.name) + " is missing (or " + std::string(source.variable) +
                   " in the environment)");
  }

 private:
  const FlatFile& file_;
  const std::map<std::string, std::string>& environment_;
};

void SwitchOffWhatUpstreamLacks(Config& config) {
  config.admin.listen.clear();
  config.quota = {.bytes_max = {0}, .keys_max = 0, .stores_max = 0, .value_bytes_max = {0}};
  Config::Limits& limits = config.limits;
  limits.tenant_requests_per_second = 0;
  limits.tenant_bytes_per_second = {0};
  limits.address_requests_per_second = 0;
  limits.address_bytes_per_second = {0};
  limits.address_failed_authentications_per_minute = 0;
  limits.address_new_tenants_per_hour = 0;
  limits.connections_per_address_max = limits.connections_max;
}

// A certificate from the environment turns TLS on; VSS_PSQL_TLS alone does too, and then the file's
// certificate is not used; else the file decides.
void SetTls(const Upstream& upstream, Config::Store::Postgres& postgres) {
  const auto certificate = upstream.Variable(kCertificate);
  const bool only_variable = !certificate && upstream.Variable(kTls).has_value();
  const auto file_certificate = upstream.InFile(kCertificate);
  const bool is_on =
      certificate || only_variable || file_certificate || upstream.InFile(kTls).has_value();
  postgres.tls = is_on ? "verify-full" : "off";
  if (certificate) {
    postgres.tls_root_certificate = *certificate;
  } else if (!only_variable && file_certificate) {
    postgres.tls_root_certificate = *file_certificate;
  }
}

void WarnOfIgnored(const FlatFile& file, std::vector<std::string>& warnings) {
  for (const auto& setting : file) {
    const std::string& name = setting.first;
    const bool is_known = std::any_of(kSources.begin(), kSources.end(),
                                      [&](const Source& s) { return s.name == name; });
    if (!is_known && IsUpstreamTable(name.substr(0, name.find('.')))) {
      warnings.push_back("the setting " + name + " is unknown and was ignored");
    }
  }
}

}  // namespace

bool IsUpstreamTable(std::string_view table) {
  return std::find(kTables.begin(), kTables.end(), table) != kTables.end();
}

bool IsUpstreamVariable(std::string_view variable) {
  return std::any_of(kSources.begin(), kSources.end(),
                     [&](const Source& source) { return source.variable == variable; });
}

bool IsUpstreamOnlyVariable(std::string_view variable) {
  return variable == kBindAddress.variable || variable == kRsaPem.variable ||
         (variable.starts_with("VSS_PSQL_") && IsUpstreamVariable(variable));
}

Result<Config> ConfigFromUpstream(const FlatFile& file,
                                  const std::map<std::string, std::string>& environment,
                                  std::vector<std::string>& warnings) {
  const Upstream upstream(file, environment);
  Config config;
  SwitchOffWhatUpstreamLacks(config);

  VSS_TRY(const std::string bind_address, upstream.Need(kBindAddress));
  config.server.listen = {bind_address};
  if (const auto size = upstream.Find(kBodySize)) {
    const auto bytes = ParseNumber(*size);
    if (!bytes || *bytes > kBodyBytesMax) {
      return Invalid(
          "server_config.max_request_body_size must be a number of bytes up to 1073741824");
    }
    config.limits.body_bytes_max = {*bytes};
  }

  if (const auto pem = upstream.Find(kRsaPem)) {
    config.auth.schemes = {"jwt"};
    config.auth.jwt_public_keys = {*pem};
  } else {
    config.auth.schemes = {"signature"};
    warnings.emplace_back("no jwt_auth_config.rsa_pem: callers prove who they are by signatures");
  }

  config.store.kind = "postgres";
  Config::Store::Postgres& postgres = config.store.postgres;
  VSS_TRY(const std::string user, upstream.Need(kUser));
  VSS_TRY(const std::string password, upstream.Need(kPassword));
  VSS_TRY(const std::string address, upstream.Need(kAddress));
  VSS_TRY(postgres.default_database, upstream.Need(kDefaultDatabase));
  VSS_TRY(postgres.database, upstream.Need(kDatabase));
  postgres.user = PercentDecoded(user);
  postgres.password = PercentDecoded(password);
  postgres.hosts = PercentDecoded(address);
  SetTls(upstream, postgres);

  config.log.level = upstream.Find(kLogLevel).value_or("debug");
  config.log.file = upstream.Find(kLogFile).value_or("vss.log");
  config.log.standard_error = true;
  WarnOfIgnored(file, warnings);
  return config;
}

}  // namespace vss::server
