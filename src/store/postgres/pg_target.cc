#include "store/postgres/pg_target.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/check.h"

namespace vss::store {
namespace {

constexpr const char* kSystemRoots = "/etc/ssl/certs/ca-certificates.crt";

struct Hosts {
  std::string names;  // Separated by commas, as libpq takes them.
  std::string ports;
};

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Splits `host:port`, `[address]:port` or `/directory:port`.
std::optional<std::pair<std::string_view, std::string_view>> ParseHost(std::string_view text) {
  std::string_view name = text;
  std::string_view port = "5432";
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    name = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (bracket != std::string_view::npos) {
    if (name.size() != bracket + 1) return std::nullopt;
    name = name.substr(1, bracket - 1);
  }
  if (name.empty() || !IsPort(port)) return std::nullopt;
  return std::pair(name, port);
}

Result<Hosts> ParseHosts(std::string_view text) {
  Hosts hosts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const auto host = ParseHost(text.substr(begin, end - begin));
    if (!host) return Invalid("database hosts must look like host:port,host:port");
    if (!hosts.names.empty()) hosts.names += ',', hosts.ports += ',';
    hosts.names += host->first;
    hosts.ports += host->second;
    begin = end + 1;
  }
  return hosts;
}

const char* ModeOf(PostgresOptions::Tls tls) {
  switch (tls) {
    case PostgresOptions::Tls::kOff:
      return "disable";
    case PostgresOptions::Tls::kRequire:
      return "require";
    case PostgresOptions::Tls::kVerifyCa:
      return "verify-ca";
    case PostgresOptions::Tls::kVerifyFull:
      return "verify-full";
  }
  return "verify-full";
}

}  // namespace

MemoryFile::MemoryFile(std::string_view content)
    : descriptor_(memfd_create("certificate", MFD_CLOEXEC)) {
  CHECK(descriptor_ >= 0);
  CHECK(write(descriptor_, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string MemoryFile::Path() const {
  return descriptor_ < 0 ? "" : "/proc/self/fd/" + std::to_string(descriptor_);
}

Result<PgTarget> PgTarget::From(const PostgresOptions& options, const std::string& database,
                                bool serve) {
  VSS_TRY(Hosts hosts, ParseHosts(options.hosts));
  PgTarget target;
  target.Add("host", std::move(hosts.names));
  target.Add("port", std::move(hosts.ports));
  target.Add("user", options.user);
  target.Add("password", options.password);
  target.Add("dbname", database);
  target.Add("application_name", "vss-server");
  target.Add("client_encoding", "UTF8");
  target.Add("gssencmode", "disable");
  // libpq counts in whole seconds and takes 1 for 2.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(options.connect_timeout).count();
  target.Add("connect_timeout", std::to_string(std::max<std::int64_t>(2, seconds)));
  // A standby, or a former primary that came back as one, must not be taken for the primary.
  target.Add("target_session_attrs", "read-write");
  target.Add("keepalives_idle", "10");
  target.Add("keepalives_interval", "5");
  target.Add("keepalives_count", "3");
  target.Add("tcp_user_timeout", std::to_string(options.statement_timeout.count()));
  target.AddTls(options);
  if (serve && options.prepared_statements) target.AddSessionSettings(options);
  return target;
}

std::vector<const char*> PgTarget::Keywords() const {
  std::vector<const char*> out;
  for (const auto& parameter : parameters_) out.push_back(parameter.first);
  out.push_back(nullptr);
  return out;
}

std::vector<const char*> PgTarget::Values() const {
  std::vector<const char*> out;
  for (const auto& parameter : parameters_) out.push_back(parameter.second.c_str());
  out.push_back(nullptr);
  return out;
}

void PgTarget::AddTls(const PostgresOptions& options) {
  Add("sslmode", ModeOf(options.tls));
  if (options.tls == PostgresOptions::Tls::kOff) return;
  if (options.root_certificate.starts_with("-----BEGIN")) {
    root_certificate_ = MemoryFile(options.root_certificate);
    Add("sslrootcert", root_certificate_.Path());
  } else if (!options.root_certificate.empty()) {
    Add("sslrootcert", options.root_certificate);
  } else if (options.tls != PostgresOptions::Tls::kRequire) {
    Add("sslrootcert", kSystemRoots);
  }
}

// A prepared statement's plan is made once, possibly while the tables are still empty, and then
// kept.  Leaving only the plan that is right for any size (for each of the few rows asked for, look
// it up in the index) keeps it right when they have grown.
void PgTarget::AddSessionSettings(const PostgresOptions& options) {
  constexpr std::array kSettings = {
      "plan_cache_mode=force_generic_plan",
      "enable_seqscan=off",
      "enable_hashjoin=off",
      "enable_mergejoin=off",
      "enable_bitmapscan=off",
      "jit=off",
      "default_transaction_isolation=read\\ committed",
  };
  std::string settings;
  for (const char* setting : kSettings) settings += std::string(" -c ") + setting;
  settings += " -c statement_timeout=" + std::to_string(options.statement_timeout.count());
  // A transaction whose client was cut off holds its locks until the server notices.
  settings += " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";
  settings += " -c tcp_user_timeout=" + std::to_string(options.statement_timeout.count());
  settings += " -c idle_in_transaction_session_timeout=" +
              std::to_string(kIdleTimeouts * options.statement_timeout.count());
  Add("options", std::move(settings));
}

}  // namespace vss::store
