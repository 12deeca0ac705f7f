#include "store/postgres/commit_plan.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/check.h"

namespace vss::store {
namespace {

// How a key goes through the group.
struct KeyState {
  enum class Before : std::uint8_t {
    kAnything,   // Nothing was assumed.
    kAbsent,     // Not there.
    kPresent,    // There, at whatever version.
    kAtVersion,  // There, at `before_version`.
  };
  Before before = Before::kAnything;
  Version before_version = 0;

  bool is_settled = false;  // Whether it is there now is known, as is all below.
  bool is_there = false;
  Version version = 0;

  // What usage counts for its value, if it is tracked.  nullopt: the key is not there.
  std::optional<std::int64_t> counted_bytes;

  bool is_touched = false;  // Some batch that applies has a change on it.
  bool is_written = false;  // And leaves it there with this value:
  std::string_view value;
  bool is_removed = false;      // At least once.  Written after that, its rank is drawn anew.
  bool must_be_absent = false;  // Some batch that applies relied on that.
  std::size_t created = 0;      // Order among all writes that may create a row.
};

class Planner {
 public:
  enum class Trust : std::uint8_t {
    kKnown,    // What is known is so.
    kAssumed,  // It may be, but for usage; nothing is refused on the strength of it.
  };

  Planner(const Known* known, Trust trust) : known_(known), trust_(trust) {}

  // False: no plan without knowing more.
  bool Take(const PlannedBatch& planned) {
    std::vector<Obstacle> obstacles;
    bool all_settled = true;
    for (const Change& change : planned.batch->changes) {
      const KeyState& state = StateOf(*planned.space, change);
      if (!state.is_settled) {
        if (!CanAssume(change)) return false;
        all_settled = false;
      } else if (!change.guard.HoldsFor(PresentIn(state))) {
        obstacles.push_back({change.key, PresentIn(state)});
      }
    }
    if (!obstacles.empty()) {
      plan_.outcomes.push_back(CommitOutcome::Conflict(std::move(obstacles)));
      return all_settled;
    }
    return Commit(planned);
  }

  CommitPlan Finish() {
    for (const auto& [row, state] : keys_) AddEffect(row, state);
    const auto by_rank = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::sort(inserts_.begin(), inserts_.end(), by_rank);
    std::sort(upserts_.begin(), upserts_.end(), by_rank);
    for (auto& [order, insert] : inserts_) plan_.effects.inserts.push_back(insert);
    for (auto& [order, upsert] : upserts_) plan_.effects.upserts.push_back(upsert);
    return std::move(plan_);
  }

 private:
  // Ranks only matter within a space, and all servers should reach for spaces in the same order.
  using Order = std::tuple<std::string_view, std::string_view, std::size_t>;

  static std::optional<Version> PresentIn(const KeyState& state) {
    return state.is_there ? std::optional(state.version) : std::nullopt;
  }

  // Whether the statement that makes this change can check its guard as well.
  static bool CanAssume(const Change& change) {
    if (change.action == Change::Action::kRemove) return change.guard.kind != Guard::Kind::kAbsent;
    return change.action == Change::Action::kWrite && change.guard.kind != Guard::Kind::kPresent;
  }

  KeyState& StateOf(const Space& space, const Change& change) {
    const auto [entry, is_new] =
        keys_.try_emplace(RowName{space.tenant, space.store, change.key}, KeyState{});
    KeyState& state = entry->second;
    if (!is_new || known_ == nullptr) return state;
    const auto row = known_->rows.find(entry->first);
    const bool is_there = row != known_->rows.end();
    if (is_there) state.counted_bytes = row->second.value_bytes;
    if (trust_ == Trust::kAssumed) return state;
    state.is_settled = true;
    state.is_there = is_there;
    state.before = KeyState::Before::kAbsent;
    if (is_there) {
      state.before = KeyState::Before::kAtVersion;
      state.version = state.before_version = row->second.version;
    }
    return state;
  }

  // False: no plan without knowing more.
  bool Commit(const PlannedBatch& planned) {
    const auto& [space, batch, deadline] = planned;
    bool is_first = false;
    if (IsTracked()) {
      const Usage before = UsageOf(space->tenant);
      const Counted counted = Count(planned, before);
      if (const auto broken = QuotaBroken(batch->allowance, before, counted.usage)) {
        plan_.outcomes.push_back(CommitOutcome::OverQuota(*broken));
        return trust_ == Trust::kKnown;
      }
      if (counted.any_resized) plan_.usage[space->tenant] = counted.usage;
      rows_of_space_[{space->tenant, space->store}] = counted.rows_of_space;
      is_first = !batch->allowance.IsUnlimited() && before.keys == 0 && counted.usage.keys > 0;
    } else {
      // Nobody counts: the configuration that has quotas turns the counting on.
      CHECK(batch->allowance.IsUnlimited());
    }
    for (const Change& change : batch->changes) Apply(StateOf(*space, change), change);
    plan_.outcomes.push_back(CommitOutcome::Committed(is_first));
    return true;
  }

  void Apply(KeyState& state, const Change& change) {
    state.is_touched = true;
    if (!state.is_settled) Assume(state, change.guard);
    if (change.guard.kind == Guard::Kind::kAbsent) state.must_be_absent = true;
    if (change.action == Change::Action::kRemove) {
      state.is_settled = true;
      state.is_there = state.is_written = false;
      state.counted_bytes.reset();
      state.is_removed = true;
    } else if (change.action == Change::Action::kWrite) {
      if (!state.is_there) state.created = ++writes_;
      state.is_settled = state.is_there = state.is_written = true;
      state.version = change.version;
      state.value = change.value;
      state.counted_bytes = static_cast<std::int64_t>(change.value.size());
    }
  }

  static void Assume(KeyState& state, const Guard& guard) {
    switch (guard.kind) {
      case Guard::Kind::kAnything:
        state.before = KeyState::Before::kAnything;
        break;
      case Guard::Kind::kAbsent:
        state.before = KeyState::Before::kAbsent;
        break;
      case Guard::Kind::kPresent:
        state.before = KeyState::Before::kPresent;
        break;
      case Guard::Kind::kAtVersion:
        state.before = KeyState::Before::kAtVersion;
        state.before_version = guard.version;
        state.is_there = true;
        break;
    }
  }

  void AddEffect(const RowName& row, const KeyState& state) {
    using Before = KeyState::Before;
    if (!state.is_touched) return;
    Effects& effects = plan_.effects;
    const WriteEffect write{row, state.version, state.value, state.before_version};
    const Order order{row.tenant, row.store, state.created};
    const bool is_new = state.before == Before::kAbsent || state.is_removed;
    const bool may_be_there = state.before == Before::kAnything || state.before == Before::kAbsent;
    if (state.is_removed && state.before != Before::kAbsent) {
      RemoveEffect removal{row, std::nullopt, !may_be_there};
      if (state.before == Before::kAtVersion) removal.expected = state.before_version;
      effects.removals.push_back(removal);
    }
    if (state.is_written && is_new) {
      inserts_.emplace_back(order, write);
    } else if (state.is_written && state.before == Before::kAtVersion) {
      effects.updates.push_back(write);
    } else if (state.is_written) {
      upserts_.emplace_back(order, write);
    } else if (state.before == Before::kAbsent && state.must_be_absent) {
      inserts_.emplace_back(order, WriteEffect{row, 0, {}});
      effects.late_removals.push_back({row});
    } else if (state.is_removed && may_be_there) {
      effects.late_removals.push_back({row, std::nullopt, false});
    }
  }

  bool IsTracked() const { return known_ != nullptr && !known_->usage.empty(); }

  Usage UsageOf(std::string_view tenant) const {
    const auto changed = plan_.usage.find(tenant);
    return changed != plan_.usage.end() ? changed->second : known_->usage.at(tenant);
  }

  std::int64_t RowsOfSpace(const SpaceName& space) {
    const auto known = known_->rows_of_space.find(space);
    CHECK(known != known_->rows_of_space.end());
    return rows_of_space_.try_emplace(space, known->second).first->second;
  }

  struct Counted {
    Usage usage;
    std::int64_t rows_of_space;
    bool any_resized = false;
  };

  Counted Count(const PlannedBatch& planned, const Usage& before) {
    Counted counted{before, RowsOfSpace({planned.space->tenant, planned.space->store})};
    const bool was_empty = counted.rows_of_space == 0;
    for (const Change& change : planned.batch->changes) {
      if (change.action == Change::Action::kCheck) continue;
      std::optional<std::int64_t> bytes;
      if (change.action == Change::Action::kWrite) {
        bytes = static_cast<std::int64_t>(change.value.size());
      }
      const auto& bytes_before = StateOf(*planned.space, change).counted_bytes;
      Add(bytes_before, change.key, -1, counted);
      Add(bytes, change.key, 1, counted);
      if (bytes != bytes_before) counted.any_resized = true;
    }
    const bool is_empty = counted.rows_of_space == 0;
    if (was_empty && !is_empty) ++counted.usage.stores;
    if (!was_empty && is_empty) --counted.usage.stores;
    return counted;
  }

  static void Add(std::optional<std::int64_t> value_bytes, std::string_view key, std::int64_t sign,
                  Counted& counted) {
    if (!value_bytes) return;
    counted.usage.bytes += sign * (static_cast<std::int64_t>(key.size()) + *value_bytes);
    counted.usage.keys += sign;
    counted.rows_of_space += sign;
  }

  const Known* const known_;  // nullptr: nothing is, and usage is not tracked.
  const Trust trust_;
  std::map<RowName, KeyState> keys_;
  std::map<SpaceName, std::int64_t> rows_of_space_;
  std::vector<std::pair<Order, WriteEffect>> inserts_;
  std::vector<std::pair<Order, WriteEffect>> upserts_;
  std::size_t writes_ = 0;
  CommitPlan plan_;
};

// Whether rows may be created both by an insert and by an upsert in one space.  Those are two
// statements, so their ranks would not follow the order of the changes.
bool MixesRanks(const Effects& effects) {
  std::set<SpaceName> upserted;
  for (const WriteEffect& write : effects.upserts) {
    upserted.emplace(write.row.tenant, write.row.store);
  }
  return std::any_of(effects.inserts.begin(), effects.inserts.end(), [&](const WriteEffect& write) {
    return upserted.contains({write.row.tenant, write.row.store});
  });
}

}  // namespace

bool Effects::IsEmpty() const { return Count() == 0; }

std::size_t Effects::Count() const {
  return removals.size() + inserts.size() + upserts.size() + updates.size() + late_removals.size();
}

CommitPlan PlanFrom(const Known& known, const std::vector<PlannedBatch>& batches) {
  Planner planner(&known, Planner::Trust::kKnown);
  for (const PlannedBatch& batch : batches) CHECK(planner.Take(batch));
  return planner.Finish();
}

std::optional<CommitPlan> PlanBlindly(const std::vector<PlannedBatch>& batches,
                                      const Known* remembered) {
  Planner planner(remembered, Planner::Trust::kAssumed);
  for (const PlannedBatch& batch : batches) {
    if (!planner.Take(batch)) return std::nullopt;
  }
  CommitPlan plan = planner.Finish();
  if (MixesRanks(plan.effects)) return std::nullopt;
  return plan;
}

std::vector<RowName> RowsOf(const std::vector<PlannedBatch>& batches) {
  std::vector<RowName> rows;
  for (const auto& [space, batch, deadline] : batches) {
    for (const Change& change : batch->changes) {
      rows.push_back({space->tenant, space->store, change.key});
    }
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

std::map<SpaceName, std::int64_t> RowsThatDecide(const std::vector<PlannedBatch>& batches) {
  std::map<SpaceName, std::int64_t> needed;
  for (const auto& [space, batch, deadline] : batches) {
    std::int64_t& count = needed.try_emplace({space->tenant, space->store}, 1).first->second;
    for (const Change& change : batch->changes) {
      if (change.action == Change::Action::kRemove) ++count;
    }
  }
  return needed;
}

}  // namespace vss::store
