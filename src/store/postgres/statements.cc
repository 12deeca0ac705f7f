#include "store/postgres/statements.h"

#include <array>
#include <optional>
#include <utility>

#include "store/postgres/commit_marker.h"
#include "store/postgres/usage.h"

namespace vss::store {
namespace {

// Above this a value goes out as a parameter of its own: an array of large values would be copied
// several times, and could not hold the largest.
constexpr std::size_t kArrayValueBytesMax = std::size_t{256} << 10;

// "ORDER BY ord" inside the changing statements makes every server take row locks in the same
// order; without it two groups that share two rows would deadlock.
constexpr PgStatement kLockRows = {"lock_rows", R"(
    SELECT p.ord, d.version, coalesce(octet_length(d.value), 0)
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS p(tenant, store, key, ord)
    JOIN vss_db AS d ON d.user_token = p.tenant AND d.store_id = p.store AND d.key = p.key
    ORDER BY p.ord FOR UPDATE OF d)"};

constexpr PgStatement kUpdateMany = {"update_many", R"(
    WITH changed AS (
      UPDATE vss_db AS d SET value = p.value, version = p.version, last_updated_at = $1
      FROM (SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::int8[],
                                 $7::int8[])
              WITH ORDINALITY AS u(tenant, store, key, value, version, expected, ord)
            ORDER BY ord) AS p
      WHERE d.user_token = p.tenant AND d.store_id = p.store AND d.key = p.key
        AND d.version = p.expected
      RETURNING 1)
    SELECT 1 / (count(*) = cardinality($2))::int FROM changed)"};

constexpr PgStatement kUpdateOne = {"update_one", R"(
    WITH changed AS (
      UPDATE vss_db SET value = $5, version = $6, last_updated_at = $1
      WHERE user_token = $2 AND store_id = $3 AND key = $4 AND version = $7
      RETURNING 1)
    SELECT 1 / EXISTS (SELECT FROM changed)::int)"};

constexpr PgStatement kInsertMany = {"insert_many", R"(
    WITH changed AS (
      INSERT INTO vss_db (user_token, store_id, key, value, version, created_at, last_updated_at)
      SELECT tenant, store, key, value, version, $1, $1
      FROM unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::int8[])
        WITH ORDINALITY AS p(tenant, store, key, value, version, ord)
      ORDER BY ord
      ON CONFLICT (user_token, store_id, key) DO NOTHING
      RETURNING 1)
    SELECT 1 / (count(*) = cardinality($2))::int FROM changed)"};

constexpr PgStatement kInsertOne = {"insert_one", R"(
    WITH changed AS (
      INSERT INTO vss_db (user_token, store_id, key, value, version, created_at, last_updated_at)
      VALUES ($2, $3, $4, $5, $6, $1, $1)
      ON CONFLICT (user_token, store_id, key) DO NOTHING
      RETURNING 1)
    SELECT 1 / EXISTS (SELECT FROM changed)::int)"};

constexpr PgStatement kUpsertMany = {"upsert_many", R"(
    INSERT INTO vss_db (user_token, store_id, key, value, version, created_at, last_updated_at)
    SELECT tenant, store, key, value, version, $1, $1
    FROM unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::int8[])
      WITH ORDINALITY AS p(tenant, store, key, value, version, ord)
    ORDER BY ord
    ON CONFLICT (user_token, store_id, key) DO UPDATE
    SET value = excluded.value, version = excluded.version,
        last_updated_at = excluded.last_updated_at)"};

constexpr PgStatement kUpsertOne = {"upsert_one", R"(
    INSERT INTO vss_db (user_token, store_id, key, value, version, created_at, last_updated_at)
    VALUES ($2, $3, $4, $5, $6, $1, $1)
    ON CONFLICT (user_token, store_id, key) DO UPDATE
    SET value = excluded.value, version = excluded.version,
        last_updated_at = excluded.last_updated_at)"};

constexpr PgStatement kRemoveMany = {"remove_many", R"(
    WITH changed AS (
      DELETE FROM vss_db AS d
      USING (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int8[], $5::bool[])
               WITH ORDINALITY AS u(tenant, store, key, expected, must_exist, ord)
             ORDER BY ord) AS p
      WHERE d.user_token = p.tenant AND d.store_id = p.store AND d.key = p.key
        AND d.version = coalesce(p.expected, d.version)
      RETURNING p.must_exist)
    SELECT 1 / (count(*) FILTER (WHERE must_exist) = $6)::int FROM changed)"};

constexpr std::array kCommitStatements = {
    kLockRows,  kUpdateMany, kUpdateOne,  kInsertMany,      kInsertOne, kUpsertMany,
    kUpsertOne, kRemoveMany, kMark,       kOpenUsage,       kLockUsage, kCountRows,
    kSumUsage,  kWriteUsage, kCheckUsage, kCheckUsageOfOne,
};

// A table, column by column: what unnest takes.
struct Columns {
  std::vector<std::string_view> tenants;
  std::vector<std::string_view> stores;
  std::vector<std::string_view> keys;
  std::vector<std::string_view> values;
  std::vector<std::optional<std::int64_t>> versions;
  std::vector<std::optional<std::int64_t>> expected;
  std::vector<bool> must_exist;

  void Add(const RowName& row) {
    tenants.push_back(row.tenant);
    stores.push_back(row.store);
    keys.push_back(row.key);
  }
  void Add(const WriteEffect& write) {
    Add(write.row);
    values.push_back(write.value);
    versions.emplace_back(write.version);
    expected.emplace_back(write.expected);
  }
  void Add(const RemoveEffect& removal) {
    Add(removal.row);
    expected.push_back(removal.expected);
    must_exist.push_back(removal.must_exist);
  }
};

struct WriteStatements {
  PgStatement one;
  PgStatement many;
  bool has_expected;  // Takes the version that the row must still have.
};

PgCall WriteOne(const WriteStatements& statements, const WriteEffect& write, WallTime now) {
  PgCall call{statements.one};
  call.params.Time(now).Text(write.row.tenant).Text(write.row.store).Text(write.row.key);
  call.params.Bytes(write.value).Int(write.version);
  if (statements.has_expected) call.params.Int(write.expected);
  return call;
}

PgCall WriteMany(const WriteStatements& statements, const Columns& columns, WallTime now) {
  PgCall call{statements.many};
  call.params.Time(now).Texts(columns.tenants).Texts(columns.stores).Texts(columns.keys);
  call.params.BytesEach(columns.values).Ints(columns.versions);
  if (statements.has_expected) call.params.Ints(columns.expected);
  return call;
}

void AppendWrites(const WriteStatements& statements, const std::vector<WriteEffect>& writes,
                  WallTime now, std::vector<PgCall>& calls) {
  const auto flush = [&](Columns& columns) {
    if (!columns.keys.empty()) calls.push_back(WriteMany(statements, columns, now));
    columns = {};
  };
  Columns columns;
  for (const WriteEffect& write : writes) {
    if (writes.size() == 1 || write.value.size() > kArrayValueBytesMax) {
      flush(columns);  // So that ranks are drawn in order.
      calls.push_back(WriteOne(statements, write, now));
    } else {
      columns.Add(write);
    }
  }
  flush(columns);
}

void AppendRemovals(const std::vector<RemoveEffect>& removals, std::vector<PgCall>& calls) {
  if (removals.empty()) return;
  Columns columns;
  std::int64_t must_exist = 0;
  for (const RemoveEffect& removal : removals) {
    columns.Add(removal);
    if (removal.must_exist) ++must_exist;
  }
  PgCall call{kRemoveMany};
  call.params.Texts(columns.tenants).Texts(columns.stores).Texts(columns.keys);
  call.params.Ints(columns.expected).Bools(columns.must_exist).Int(must_exist);
  calls.push_back(std::move(call));
}

}  // namespace

std::span<const PgStatement> CommitStatements() { return kCommitStatements; }

PgCall LockRows(const std::vector<RowName>& rows) {
  Columns columns;
  for (const RowName& row : rows) columns.Add(row);
  PgCall call{kLockRows};
  call.params.Texts(columns.tenants).Texts(columns.stores).Texts(columns.keys);
  return call;
}

void AppendEffects(const Effects& effects, WallTime now, std::vector<PgCall>& calls) {
  AppendRemovals(effects.removals, calls);
  AppendWrites({kUpdateOne, kUpdateMany, true}, effects.updates, now, calls);
  AppendWrites({kUpsertOne, kUpsertMany, false}, effects.upserts, now, calls);
  AppendWrites({kInsertOne, kInsertMany, false}, effects.inserts, now, calls);
  AppendRemovals(effects.late_removals, calls);
}

}  // namespace vss::store
