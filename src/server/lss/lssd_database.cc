#include "server/lss/lssd_database.h"

#include <utility>

#include "store/postgres/pg_connection.h"

namespace vss::server {
namespace {

using store::PgConnection;
using store::PgStatement;

constexpr PgStatement kCount = {nullptr, "SELECT count(*) FROM data"};

constexpr PgStatement kBegin = {nullptr, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
constexpr PgStatement kStay = {nullptr, "SET LOCAL idle_in_transaction_session_timeout = 0"};
constexpr PgStatement kOpen = {nullptr, R"(
    DECLARE records NO SCROLL CURSOR FOR
    SELECT client, key::text, version, value FROM data ORDER BY client)"};
constexpr PgStatement kFetch = {nullptr, "FETCH 32 FROM records"};  // Values have up to 4 MiB.

}  // namespace

LssdDatabase::LssdDatabase(std::unique_ptr<PgConnection> connection)
    : connection_(std::move(connection)) {}
LssdDatabase::LssdDatabase(LssdDatabase&&) noexcept = default;
LssdDatabase::~LssdDatabase() = default;

Result<LssdDatabase> LssdDatabase::Open(const store::PostgresOptions& options, const Clock& clock) {
  VSS_TRY(auto connection, PgConnection::Open(options, options.vss_database,
                                              PgConnection::Use::kMaintain, {}, clock));
  for (const PgStatement& statement : {kBegin, kStay, kOpen}) {
    const auto done = connection->RunOne(statement);
    if (!done) return store::FailureFrom(done.error());
  }
  return LssdDatabase(std::move(connection));
}

Result<std::uint64_t> LssdDatabase::Count() {
  const auto counted = connection_->RunOne(kCount);
  if (!counted) return store::FailureFrom(counted.error());
  return static_cast<std::uint64_t>(counted->Int(0, 0));
}

Result<std::vector<LssdRecord>> LssdDatabase::Next() {
  const auto rows = connection_->RunOne(kFetch);
  if (!rows) return store::FailureFrom(rows.error());
  std::vector<LssdRecord> records;
  records.reserve(static_cast<std::size_t>(rows->Rows()));
  for (int row = 0; row < rows->Rows(); ++row) {
    records.push_back(
        {rows->Text(row, 0), {rows->Text(row, 1), rows->Int(row, 2), rows->Text(row, 3)}});
  }
  return records;
}

}  // namespace vss::server
