// The PostgreSQL database of the original `lssd`, to be read.
//
//   data (client bytea, key varchar, version bigint, value bytea, primary key (client, key))
//
// `client` is the client's id as it sent it.
#ifndef VSS_SERVER_LSS_LSSD_DATABASE_H_
#define VSS_SERVER_LSS_LSSD_DATABASE_H_

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/failure.h"
#include "core/record.h"
#include "store/postgres/postgres_options.h"

namespace vss::store {
class PgConnection;
}

namespace vss::server {

struct LssdRecord {
  std::string client_id;
  Record record;
};

// Threads: one at a time, blocking.
class LssdDatabase final {
 public:
  static Result<LssdDatabase> Open(const store::PostgresOptions& options, const Clock& clock);
  LssdDatabase(LssdDatabase&&) noexcept;
  ~LssdDatabase();

  Result<std::uint64_t> Count();
  // The records behind `after`, in the order of clients and keys: a few, none at the end.
  Result<std::vector<LssdRecord>> Read(const LssdRecord& after);

 private:
  explicit LssdDatabase(std::unique_ptr<store::PgConnection> connection);

  std::unique_ptr<store::PgConnection> connection_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_LSS_LSSD_DATABASE_H_
