#include "tests/conformance/running_server.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/clock.h"
#include "server/log/server_log.h"
#include "server/vss_server.h"
#include "tests/postgres/server.h"

namespace vss::testing {
namespace {

namespace fs = std::filesystem;

class InProcessServer final : public RunningServer {
 public:
  InProcessServer(fs::path folder, server::Config config, std::unique_ptr<server::ServerLog> log)
      : folder_(std::move(folder)), config_(std::move(config)), log_(std::move(log)) {}
  ~InProcessServer() override {
    server_.reset();
    fs::remove_all(folder_);
  }

  std::string Base() const override {
    return Url(config_.server.tls_certificate.empty() ? "http" : "https", server_->Port());
  }
  std::string AdminBase() const override {
    const auto port = server_->AdminPort();
    return port ? Url("http", *port) : "";
  }
  std::string LssBase() const override {
    return Url(config_.lss.tls_certificate.empty() ? "http" : "https", server_->LssPort());
  }
  std::string LogText() const override {
    std::ifstream file(config_.log.file);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Result<Done> Restart() override {
    server_.reset();
    VSS_TRY(server_, server::VssServer::Make(config_, clock_, *log_));
    server_->Start();
    return Done{};
  }

 private:
  static std::string Url(const std::string& scheme, std::uint16_t port) {
    return scheme + "://127.0.0.1:" + std::to_string(port);
  }

  const fs::path folder_;
  const server::Config config_;
  const SystemClock clock_;
  const std::unique_ptr<server::ServerLog> log_;
  std::unique_ptr<server::VssServer> server_;
};

Result<Done> Prepare(const std::string& store_kind, const fs::path& folder,
                     server::Config& config) {
  config.store.kind = store_kind;
  config.store.sqlite.path = (folder / "vss.db").string();
  if (store_kind == "postgres") {
    PostgresServer* const postgres = PostgresServer::Shared();
    if (postgres == nullptr) return Unavailable("no PostgreSQL is installed");
    const store::PostgresOptions options = postgres->Options();
    config.store.postgres.hosts = options.hosts;
    config.store.postgres.user = options.user;
    config.store.postgres.default_database = options.default_database;
    config.store.postgres.database = options.vss_database;
  }
  return Done{};
}

}  // namespace

std::vector<std::string> EveryStoreKind() { return {"memory", "sqlite", "postgres"}; }

Result<std::unique_ptr<RunningServer>> StartServer(
    const std::string& store_kind, const std::function<void(server::Config&)>& adjust) {
  std::string name = (fs::temp_directory_path() / "vss-server-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return Unavailable("no temporary folder");
  const fs::path folder = name;

  server::Config config;
  config.server.listen = {"127.0.0.1:0"};
  config.admin.listen = "127.0.0.1:0";
  config.auth.schemes = {"none"};
  config.log.level = "debug";
  config.log.file = (folder / "vss.log").string();
  VSS_RETURN_IF_FAILED(Prepare(store_kind, folder, config));
  adjust(config);
  VSS_TRY(auto log,
          server::MakeServerLog(LogLevel::kTrace, server::LogFormat::kText, config.log.file));
  auto running = std::make_unique<InProcessServer>(folder, std::move(config), std::move(log));
  VSS_RETURN_IF_FAILED(running->Restart());
  return std::unique_ptr<RunningServer>(std::move(running));
}

}  // namespace vss::testing
