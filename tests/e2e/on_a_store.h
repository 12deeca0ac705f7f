// A fixture for what holds on every store: its parameter is the store that a server is started on.
#ifndef VSS_TESTS_E2E_ON_A_STORE_H_
#define VSS_TESTS_E2E_ON_A_STORE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/e2e/deployment.h"

namespace vss::testing {

class OnAStore : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "postgres" && PostgresServer::Shared() == nullptr) {
      GTEST_SKIP() << "no PostgreSQL server is installed";
    }
    deployment_.emplace(GetParam(), PostgresServer::Shared());
    server_ = deployment_->Start();
  }

  std::optional<Deployment> deployment_;
  std::unique_ptr<ServerProcess> server_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_E2E_ON_A_STORE_H_
