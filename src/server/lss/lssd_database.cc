#include "server/lss/lssd_database.h"

#include <utility>

#include "store/postgres/pg_connection.h"

namespace vss::server {
namespace {

using store::PgConnection;
using store::PgParams;
using store::PgStatement;

constexpr PgStatement kCount = {nullptr, "SELECT count(*) FROM data"};

// In the order of bytes, whatever the database's collation.  Values have up to 4 MiB.
constexpr PgStatement kRead = {nullptr, R"(
    SELECT client, key::text, version, value FROM data
    WHERE client > $1 OR (client = $1 AND key::text COLLATE "C" > $2)
    ORDER BY client, key::text COLLATE "C" LIMIT 32)"};

}  // namespace

LssdDatabase::LssdDatabase(std::unique_ptr<PgConnection> connection)
    : connection_(std::move(connection)) {}
LssdDatabase::LssdDatabase(LssdDatabase&&) noexcept = default;
LssdDatabase::~LssdDatabase() = default;

Result<LssdDatabase> LssdDatabase::Open(const store::PostgresOptions& options, const Clock& clock) {
  VSS_TRY(auto connection, PgConnection::Open(options, options.vss_database,
                                              PgConnection::Use::kMaintain, {}, clock));
  return LssdDatabase(std::move(connection));
}

Result<std::uint64_t> LssdDatabase::Count() {
  const auto counted = connection_->RunOne(kCount);
  if (!counted) return store::FailureFrom(counted.error());
  return static_cast<std::uint64_t>(counted->Int(0, 0));
}

Result<std::vector<LssdRecord>> LssdDatabase::Read(const LssdRecord& after) {
  const auto rows = connection_->RunOne(
      kRead, std::move(PgParams().Bytes(after.client_id).Text(after.record.key)));
  if (!rows) return store::FailureFrom(rows.error());
  std::vector<LssdRecord> records;
  for (int row = 0; row < rows->Rows(); ++row) {
    records.push_back(
        {rows->Text(row, 0), {rows->Text(row, 1), rows->Int(row, 2), rows->Text(row, 3)}});
  }
  return records;
}

}  // namespace vss::server
