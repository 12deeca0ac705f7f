// Counting what tenants use, in the same transactions that change it.
//
// A transaction locks the usage rows of its tenants before it looks at any record, so two of them
// never count the same tenant at once and the sums are exact.  One that remembers where the count
// stood (usage_memory.h) need not look: it fails if the count has moved.  (A server that knows
// nothing of the count may write beside us; RecountUsage then puts it right.)
#ifndef VSS_STORE_POSTGRES_USAGE_H_
#define VSS_STORE_POSTGRES_USAGE_H_

#include <map>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/failure.h"
#include "store/allowance.h"
#include "store/postgres/commit_plan.h"
#include "store/postgres/pg_connection.h"
#include "store/postgres/postgres_options.h"

namespace vss::store {

inline constexpr PgStatement kOpenUsage = {"open_usage", R"(
    INSERT INTO vss_usage (user_token) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING)"};

inline constexpr PgStatement kLockUsage = {"lock_usage", R"(
    SELECT p.ord, u.changes, u.bytes, u.keys, u.stores
    FROM unnest($1::text[]) WITH ORDINALITY AS p(tenant, ord)
    JOIN vss_usage AS u ON u.user_token = p.tenant
    ORDER BY p.ord FOR UPDATE OF u)"};

inline constexpr PgStatement kCountRows = {"count_rows", R"(
    SELECT p.ord, (SELECT count(*) FROM (SELECT 1 FROM vss_db AS d
                                         WHERE d.user_token = p.tenant AND d.store_id = p.store
                                         LIMIT p.at_most) AS counted)
    FROM unnest($1::text[], $2::text[], $3::int8[]) WITH ORDINALITY
      AS p(tenant, store, at_most, ord))"};

inline constexpr PgStatement kSumUsage = {"sum_usage", R"(
    SELECT p.ord, sum(octet_length(d.key) + coalesce(octet_length(d.value), 0)), count(*),
           count(DISTINCT d.store_id)
    FROM unnest($1::text[]) WITH ORDINALITY AS p(tenant, ord)
    JOIN vss_db AS d ON d.user_token = p.tenant
    GROUP BY p.ord)"};

// Moves counts on from where they were last seen, or fails with kTooFewRows.
inline constexpr PgStatement kWriteUsage = {"write_usage", R"(
    WITH changed AS (
      UPDATE vss_usage AS u SET changes = p.changes + 1, bytes = p.bytes, keys = p.keys,
                                stores = p.stores
      FROM (SELECT * FROM unnest($1::text[], $2::int8[], $3::int8[], $4::int8[], $5::int8[])
              WITH ORDINALITY AS n(tenant, changes, bytes, keys, stores, ord)
            ORDER BY ord) AS p
      WHERE u.user_token = p.tenant AND u.changes = p.changes
      RETURNING 1)
    SELECT 1 / (count(*) = cardinality($1))::int FROM changed)"};

// Fails with kTooFewRows if a count was moved.  It takes no lock, so it must come last: with the
// rows of the group locked, nobody can give those other sizes any more.
inline constexpr PgStatement kCheckUsage = {"check_usage", R"(
    SELECT 1 / (count(*) = cardinality($1))::int
    FROM unnest($1::text[], $2::int8[]) AS p(tenant, changes)
    JOIN vss_usage AS u ON u.user_token = p.tenant AND u.changes = p.changes)"};

inline constexpr PgStatement kCheckUsageOfOne = {"check_usage_of_one", R"(
    SELECT 1 / EXISTS (SELECT FROM vss_usage WHERE user_token = $1 AND changes = $2)::int)"};

// Each tenant is counted anew, and exactly, with its next write.
inline constexpr PgStatement kForgetUsage = {nullptr, "DELETE FROM vss_usage"};

// Who changes records without counting them begins with this: no count is under way then that would
// outlive kForgetUsage and not know of the change.
inline constexpr PgStatement kStopCounting = {nullptr, "LOCK TABLE vss_usage IN EXCLUSIVE MODE"};

// Where the counts of some tenants stand.
using UsageChanges = std::map<std::string_view, std::int64_t>;

// Appends the call that moves the counts of tenants, if there are any.
void AppendWriteUsage(const std::map<std::string_view, Usage>& usage, const UsageChanges& changes,
                      std::vector<PgCall>& calls);

// Appends the call that checks that the others of `changes` are where they were.
void AppendCheckUsage(const std::map<std::string_view, Usage>& written, const UsageChanges& changes,
                      std::vector<PgCall>& calls);

// The usage of the tenants of a group, from locking it to writing it back.
class UsageCount {
 public:
  explicit UsageCount(const std::vector<PlannedBatch>& batches);

  // Gives the tenants rows that they may lack: all but those who begin to store have them.
  void AppendOpen(std::vector<PgCall>& calls) const;
  // Appends two calls: they lock and read what is counted.
  void AppendLock(std::vector<PgCall>& calls) const;

  // Takes the answers to those two calls into `known`.  Tenants that were never counted are counted
  // now.  False: a tenant has no row; begin again and open it.
  PgAnswer<bool> Learn(PgConnection& connection, const PgResult& usage, const PgResult& rows,
                       Known& known);
  const UsageChanges& Changes() const { return changes_; }

  // What is to be written, besides what the plan changed: tenants that have something and were
  // counted anew.
  void AddCounted(std::map<std::string_view, Usage>& usage) const;

 private:
  PgAnswer<bool> CountAnew(PgConnection& connection, const std::vector<std::string_view>& uncounted,
                           Known& known);

  std::vector<std::string_view> tenants_;  // Sorted.
  std::map<SpaceName, std::int64_t> at_most_;
  UsageChanges changes_;
  std::map<std::string_view, Usage> counted_anew_;
};

// Forgets all counts.
Result<Done> RecountUsage(const PostgresOptions& options, const Clock& clock);

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_USAGE_H_
