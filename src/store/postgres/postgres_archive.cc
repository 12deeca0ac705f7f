#include "store/postgres/postgres_archive.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "store/postgres/pg_connection.h"
#include "store/postgres/schema.h"
#include "store/postgres/usage.h"

namespace vss::store {
namespace {

constexpr PgStatement kSize = {"size", R"(
    SELECT count(*),
           coalesce(sum(octet_length(key) + coalesce(octet_length(value), 0)), 0)::bigint
    FROM vss_db)"};

// `before` is what the records in front of one come to, so the first is always there.
constexpr PgStatement kRead = {"read", R"(
    SELECT user_token, store_id, key, version, value, sort_order, created_at, last_updated_at
    FROM (SELECT *, sum(bytes) OVER (ORDER BY sort_order) - bytes AS before
          FROM (SELECT *, octet_length(key) + coalesce(octet_length(value), 0) AS bytes FROM vss_db
                WHERE sort_order > $1 ORDER BY sort_order LIMIT $2) AS next) AS summed
    WHERE before < $3 ORDER BY sort_order)"};

constexpr PgStatement kAdd = {"add", R"(
    INSERT INTO vss_db (user_token, store_id, key, version, value, sort_order, created_at,
                        last_updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING 1)"};

constexpr PgStatement kCompare = {"compare", R"(
    SELECT 1 FROM vss_db
    WHERE user_token = $1 AND store_id = $2 AND key = $3 AND version = $4
      AND coalesce(value, '') = $5 AND sort_order = $6)"};

constexpr PgStatement kRaiseRanks = {"raise_ranks", R"(
    SELECT setval('vss_db_sort_order_seq',
                  greatest($1, (SELECT last_value FROM vss_db_sort_order_seq))))"};

constexpr std::array kStatements = {kSize, kRead, kAdd, kCompare, kRaiseRanks};

PgParams ParamsOf(const ArchivedRecord& archived) {
  PgParams params;
  params.Text(archived.space.tenant).Text(archived.space.store).Text(archived.record.key);
  params.Int(archived.record.version).Bytes(archived.record.value).Int(archived.rank);
  return params;
}

PgCall Add(const ArchivedRecord& archived) {
  PgCall call{kAdd, ParamsOf(archived)};
  call.params.Time(archived.created).Time(archived.updated);
  return call;
}

std::int64_t Bounded(std::size_t size) {
  return static_cast<std::int64_t>(
      std::min<std::size_t>(size, std::numeric_limits<std::int64_t>::max()));
}

class PostgresArchive final : public Archive {
 public:
  explicit PostgresArchive(std::unique_ptr<PgConnection> connection)
      : connection_(std::move(connection)) {}

  // The transaction stays open: the lock goes with the connection.  Whoever else writes waits for
  // it.
  Result<Done> Hold() override {
    std::vector<PgCall> calls;
    calls.push_back({kBegin});
    calls.push_back({{nullptr, "LOCK TABLE vss_db IN SHARE MODE"}});
    const auto held = connection_->Run(calls);
    if (!held) return GiveUp(held.error());
    return Done{};
  }

  Result<ArchiveSize> Size() override {
    const auto size = connection_->RunOne(kSize);
    if (!size) return FailureFrom(size.error());
    return ArchiveSize{static_cast<std::uint64_t>(size->Int(0, 0)),
                       static_cast<std::uint64_t>(size->Int(0, 1))};
  }

  Result<std::vector<ArchivedRecord>> Read(Rank after, std::size_t records_max,
                                           std::size_t bytes_max) override {
    PgParams params;
    params.Int(after).Int(Bounded(records_max)).Int(std::max<std::int64_t>(1, Bounded(bytes_max)));
    const auto rows = connection_->RunOne(kRead, std::move(params));
    if (!rows) return FailureFrom(rows.error());
    std::vector<ArchivedRecord> records;
    records.reserve(static_cast<std::size_t>(rows->Rows()));
    for (int row = 0; row < rows->Rows(); ++row) {
      records.push_back({{rows->Text(row, 0), rows->Text(row, 1)},
                         {rows->Text(row, 2), rows->Int(row, 3), rows->Text(row, 4)},
                         rows->Int(row, 5),
                         rows->Time(row, 6),
                         rows->Time(row, 7)});
    }
    return records;
  }

  Result<Done> Write(const std::vector<ArchivedRecord>& records) override {
    if (records.empty()) return Done{};
    Rank highest = 0;
    std::vector<PgCall> calls;
    calls.push_back({kBegin});
    calls.push_back({kStopCounting});
    const std::size_t first_add = calls.size();
    for (const ArchivedRecord& archived : records) {
      calls.push_back(Add(archived));
      highest = std::max(highest, archived.rank);
    }
    calls.push_back({kRaiseRanks, std::move(PgParams().Int(highest))});
    calls.push_back({kForgetUsage});
    const auto added = connection_->Run(calls);
    if (!added) return GiveUp(added.error());

    std::vector<PgCall> compare;
    for (std::size_t i = 0; i < records.size(); ++i) {
      if ((*added)[first_add + i].Rows() == 0) compare.push_back({kCompare, ParamsOf(records[i])});
    }
    const auto compared = connection_->Run(compare);
    if (!compared) return GiveUp(compared.error());
    for (const PgResult& same : *compared) {
      if (same.Rows() > 0) continue;
      connection_->RollBack();
      return Invalid("the database already holds different records");
    }
    const auto committed = connection_->RunOne(kCommit);
    if (!committed) return GiveUp(committed.error());
    return Done{};
  }

 private:
  Unexpected<Failure> GiveUp(const PgError& error) {
    connection_->RollBack();
    return FailureFrom(error);
  }

  const std::unique_ptr<PgConnection> connection_;
};

}  // namespace

Result<std::unique_ptr<Archive>> MakePostgresArchive(const PostgresOptions& options,
                                                     const Clock& clock, Log& log) {
  VSS_RETURN_IF_FAILED(PrepareDatabase(options, clock, log));
  VSS_TRY(std::unique_ptr<PgConnection> connection,
          PgConnection::Open(options, options.vss_database, PgConnection::Use::kMaintain,
                             kStatements, clock));
  std::unique_ptr<Archive> archive = std::make_unique<PostgresArchive>(std::move(connection));
  return archive;
}

}  // namespace vss::store
