// The PostgreSQL database of the original `lssd`, to be read.
//
//   data (client bytea, key varchar, version bigint, value bytea, primary key (client, key))
//
// `client` is the client's id as it sent it.
#ifndef VSS_SERVER_LSS_LSSD_DATABASE_H_
#define VSS_SERVER_LSS_LSSD_DATABASE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/failure.h"
#include "server/lss/lssd_record.h"
#include "store/postgres/postgres_options.h"

namespace vss::store {
class PgConnection;
}

namespace vss::server {

class LssdDatabase final : public LssdSource {
 public:
  // Everything is read as it is now.
  static Result<LssdDatabase> Open(const store::PostgresOptions& options, const Clock& clock);
  LssdDatabase(LssdDatabase&&) noexcept;
  ~LssdDatabase() override;

  Result<std::uint64_t> Count();
  Result<std::vector<LssdRecord>> Next() override;

 private:
  explicit LssdDatabase(std::unique_ptr<store::PgConnection> connection);

  std::unique_ptr<store::PgConnection> connection_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_LSS_LSSD_DATABASE_H_
