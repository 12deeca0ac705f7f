// A store that outlives the server on it: where a killed server's data is found by the next one.
#ifndef VSS_TESTS_E2E_DEPLOYMENT_H_
#define VSS_TESTS_E2E_DEPLOYMENT_H_

#include <memory>
#include <string>

#include "tests/e2e/server_process.h"
#include "tests/postgres/server.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {

class Deployment final {
 public:
  // "memory", "sqlite" or "postgres", a database of its own on `postgres`.
  explicit Deployment(const std::string& store_kind, PostgresServer* postgres = nullptr);

  // Settings of every server that is started from now on.
  Environment settings;

  // Where nothing is counted, most writes to PostgreSQL are made without looking first.
  void CountNoQuotas();

  // The next server on this store.
  std::unique_ptr<ServerProcess> Start();
  // Until the database has finished what a killed server had asked of it.
  void AwaitQuiet();

  std::string Path(const std::string& name) const { return folder_.Path(name); }
  const std::string& database() const { return database_; }

 private:
  const TempFolder folder_;
  PostgresServer* const postgres_;
  std::string database_;
  int starts_ = 0;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_E2E_DEPLOYMENT_H_
