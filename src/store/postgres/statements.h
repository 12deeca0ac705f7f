// The statements that read and change records.
//
// A statement that changes rows says in SQL how many it must change, and fails with
// kTooFewRows if somebody else was faster: what runs in one transaction with it is then undone.
#ifndef VSS_STORE_POSTGRES_STATEMENTS_H_
#define VSS_STORE_POSTGRES_STATEMENTS_H_

#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "core/record.h"
#include "store/postgres/commit_plan.h"
#include "store/postgres/pg_connection.h"

namespace vss::store {

// SQLSTATE division_by_zero: only our own arithmetic on the number of rows can cause it.
inline constexpr std::string_view kTooFewRows = "22012";

// What a connection that commits prepares.
std::span<const PgStatement> CommitStatements();

// Locks rows and answers (ordinal from 1, version, bytes of the value) of each that is there.
PgCall LockRows(const std::vector<RowName>& rows);

// Appends the calls that make `effects` happen at the time `now`.  They keep views into `effects`.
void AppendEffects(const Effects& effects, WallTime now, std::vector<PgCall>& calls);

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_STATEMENTS_H_
