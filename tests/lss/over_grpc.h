// A server for signers on each kind of store, and what there is to be said to it.
#ifndef VSS_TESTS_LSS_OVER_GRPC_H_
#define VSS_TESTS_LSS_OVER_GRPC_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "tests/conformance/running_server.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {

// With its key in `folder`, and without a limit that a test could meet by accident.
inline Result<std::unique_ptr<RunningServer>> StartLssServer(
    const std::string& store_kind, const TempFolder& folder,
    const std::function<void(server::Config&)>& adjust = [](server::Config&) {}) {
  return StartServer(store_kind, [&](server::Config& config) {
    config.lss.listen = {"127.0.0.1:0"};
    config.lss.server_key_folder = folder.Path("key");
    config.limits.tenant_requests_per_second = 0;
    config.limits.address_requests_per_second = 0;
    config.limits.tenant_bytes_per_second = {0};
    config.limits.address_bytes_per_second = {0};
    adjust(config);
  });
}

// Its parameter is the kind of the store.
class LssOverGrpc : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto started = StartLssServer(GetParam(), folder_);
    if (!started) GTEST_SKIP() << started.error().message;
    server_ = *std::move(started);
  }
  std::string Url() const { return server_->LssBase(); }

  TempFolder folder_;
  std::unique_ptr<RunningServer> server_;
};

inline std::string NameOfStore(const ::testing::TestParamInfo<std::string>& kind) {
  return kind.param;
}

}  // namespace vss::testing

#endif  // VSS_TESTS_LSS_OVER_GRPC_H_
