// What a group of batches comes to: an outcome for each, and one change for every row that is
// touched.  Pure: it is told what is in the database, or assumes it.
//
// The batches are taken one after the other, each seeing what those before it left, so several of
// them may change the same key.  A key's state before the group is either known (the rows were read
// and locked) or taken to be what the first guard on it demands; the statements then check that
// assumption, and the group is planned again from known states if it was wrong.
#ifndef VSS_STORE_POSTGRES_COMMIT_PLAN_H_
#define VSS_STORE_POSTGRES_COMMIT_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "core/batch.h"
#include "core/record.h"
#include "store/allowance.h"

namespace vss::store {

// Views into the batches of a group; valid as long as those.
struct RowName {
  std::string_view tenant;
  std::string_view store;
  std::string_view key;

  auto operator<=>(const RowName&) const = default;  // NOLINT(modernize-use-nullptr): a false alarm
};

using SpaceName = std::pair<std::string_view, std::string_view>;  // Tenant and store.

// A row that is in the database.
struct PresentRow {
  Version version = 0;
  std::int64_t value_bytes = 0;
};

// What is known before the group is applied.
struct Known {
  std::map<RowName, PresentRow> rows;  // Of all that the group touches, those that are there.

  // While usage is tracked:
  std::map<std::string_view, Usage> usage;  // By tenant.
  // How many rows a space has.  May be counted only as far as RowsThatDecide says.
  std::map<SpaceName, std::int64_t> rows_of_space;
};

struct WriteEffect {
  RowName row;
  Version version;
  std::string_view value;
  Version expected = 0;  // For an update: the version that the row must still have.
};

struct RemoveEffect {
  RowName row;
  std::optional<Version> expected = std::nullopt;  // The version that the row must still have.
  bool must_exist = true;
};

// In the order in which they are to be applied.
struct Effects {
  std::vector<RemoveEffect> removals;
  std::vector<WriteEffect> inserts;  // The row must not be there.  In order of rank.
  std::vector<WriteEffect> upserts;  // Whether the row is there or not.  In order of rank.
  std::vector<WriteEffect> updates;
  // Rows that stand among the inserts only so that nobody else can create them meanwhile: a batch
  // relied on their absence, and leaves them absent.  And rows that need not have been there: what
  // is not there can't be locked, so they are looked for again when all else is.  Who wrote any of
  // that before us has then written these.
  std::vector<RemoveEffect> late_removals;

  bool IsEmpty() const;
  std::size_t Count() const;
};

struct CommitPlan {
  std::vector<CommitOutcome> outcomes;  // One for each batch.
  Effects effects;
  // By tenant, afterwards: of those with a row that came, went or changed its size.
  std::map<std::string_view, Usage> usage;
};

struct PlannedBatch {
  const Space* space;
  const Batch* batch;
  Deadline deadline = Deadline::Never();  // Of no concern to the plan.
};

CommitPlan PlanFrom(const Known& known, const std::vector<PlannedBatch>& batches);

// The plan that is right if every first guard on a key holds.  nullopt if there is none: a guard
// asks for something that only a lock can settle, or a batch fails and why is not known for sure.
//
// Usage, if it is tracked, is taken from `remembered`: the plan is right only if that still holds.
std::optional<CommitPlan> PlanBlindly(const std::vector<PlannedBatch>& batches,
                                      const Known* remembered = nullptr);

// Every row that the batches touch, in the one order in which all servers lock them.
std::vector<RowName> RowsOf(const std::vector<PlannedBatch>& batches);

// For each space, how many rows there must be for it to be clear that the group does not empty it.
std::map<SpaceName, std::int64_t> RowsThatDecide(const std::vector<PlannedBatch>& batches);

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_COMMIT_PLAN_H_
