#include "tests/e2e/deployment.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/check.h"

namespace vss::testing {

Deployment::Deployment(const std::string& store_kind, PostgresServer* postgres)
    : postgres_(postgres) {
  settings = PlainSettings();
  settings["VSS_STORE_SQLITE_PATH"] = Path("vss.db");
  settings["VSS_STORE_KIND"] = store_kind;
  if (store_kind != "postgres") return;
  CHECK(postgres != nullptr);
  const store::PostgresOptions options = postgres->Options();
  database_ = options.vss_database;
  settings["VSS_STORE_POSTGRES_HOSTS"] = options.hosts;
  settings["VSS_STORE_POSTGRES_USER"] = options.user;
  settings["VSS_STORE_POSTGRES_DATABASE"] = options.vss_database;
}

void Deployment::CountNoQuotas() {
  for (const char* quota : {"BYTES", "KEYS", "STORES"}) {
    settings["VSS_QUOTA_" + std::string(quota) + "_MAX"] = "0";
  }
}

std::unique_ptr<ServerProcess> Deployment::Start() {
  return StartProcess({settings, {}, Path(""), Path("output-" + std::to_string(++starts_))});
}

void Deployment::AwaitQuiet() {
  if (database_.empty()) return;
  EXPECT_TRUE(Eventually([this] {
    return postgres_->Query("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = '" +
                                            database_ + "'") == std::vector<std::string>{"0"};
  }));
}

}  // namespace vss::testing
