// Long random histories: every Store must answer as a store of a dozen lines does.

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/allowance.h"
#include "tests/contract/store_contract.h"
#include "tests/support/seed.h"

namespace vss::testing {
namespace {

// What a store means, without regard to speed: a list of rows, newest last.
class Model {
 public:
  CommitOutcome Commit(const Space& space, const Batch& batch) {
    CommitOutcome outcome;
    for (const Change& change : batch.changes) {
      const Row* row = Find(space, change.key);
      const auto present = row ? std::optional(row->record.version) : std::nullopt;
      if (!change.guard.HoldsFor(present)) outcome.obstacles.push_back({change.key, present});
    }
    if (!outcome.obstacles.empty()) return CommitOutcome::Conflict(outcome.obstacles);

    const std::vector<Row> before = rows_;
    const store::Usage used = UsageOf(space.tenant);
    for (const Change& change : batch.changes) Apply(space, change);
    const store::Usage uses = UsageOf(space.tenant);
    if (const auto broken = QuotaBroken(batch.allowance, used, uses)) {
      rows_ = before;
      return CommitOutcome::OverQuota(*broken);
    }
    return CommitOutcome::Committed(!batch.allowance.IsUnlimited() && used.keys == 0 &&
                                    uses.keys > 0);
  }

  std::vector<Record> Get(const Space& space, const std::vector<Key>& keys) {
    std::vector<Record> records;
    for (const Key& key : keys) {
      if (const Row* row = Find(space, key)) records.push_back(row->record);
    }
    return records;
  }

  std::vector<Page::Entry> List(const Space& space, const Key& prefix, const Key& apart) {
    std::vector<Page::Entry> entries;
    for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) {
      const Record& record = row->record;
      if (row->space == space && record.key.starts_with(prefix) && record.key != apart) {
        entries.push_back({record.key, record.version});
      }
    }
    return entries;
  }

 private:
  struct Row {
    Space space;
    Record record;
  };

  Row* Find(const Space& space, const Key& key) {
    const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Row& each) {
      return each.space == space && each.record.key == key;
    });
    return row == rows_.end() ? nullptr : &*row;
  }

  void Apply(const Space& space, const Change& change) {
    Row* row = Find(space, change.key);
    if (change.action == Change::Action::kRemove && row != nullptr) {
      rows_.erase(rows_.begin() + (row - rows_.data()));
    } else if (change.action == Change::Action::kWrite) {
      const Record record = {change.key, change.version, change.value};
      if (row != nullptr) {
        row->record = record;
      } else {
        rows_.push_back({space, record});
      }
    }
  }

  store::Usage UsageOf(const std::string& tenant) const {
    store::Usage usage;
    std::map<std::string, int> stores;
    for (const Row& row : rows_) {
      if (row.space.tenant != tenant) continue;
      usage.bytes += static_cast<std::int64_t>(row.record.key.size() + row.record.value.size());
      ++usage.keys;
      ++stores[row.space.store];
    }
    usage.stores = static_cast<std::int64_t>(stores.size());
    return usage;
  }

  std::vector<Row> rows_;
};

// Few tenants, stores, keys and versions, so that they meet often.
class Chance {
 public:
  Space AnySpace() { return {Pick({"alice", "bob"}), Pick({"", "s", "t"})}; }
  Key AnyKey() { return Pick({"", "a", "a#1", "a#2", "a%", "b", "b\xF0\x9F\x94\x91", "c", "g"}); }
  Key AnyPrefix() { return Pick({"", "", "a", "a#", "b", "b\xF0\x9F\x94\x91", "x"}); }
  std::uint64_t Below(std::uint64_t end) { return testing::Below(random_, end); }

  Batch AnyBatch() {
    Batch batch;
    for (std::uint64_t n = Below(4); n > 0; --n) {
      Change change = AnyChange();
      const bool repeats =
          std::any_of(batch.changes.begin(), batch.changes.end(),
                      [&](const Change& other) { return other.key == change.key; });
      if (!repeats) batch.changes.push_back(std::move(change));
    }
    if (Below(2) == 0) {
      batch.allowance = {Below(80), Below(12), Below(4), Below(4) != 0};
    }
    return batch;
  }

 private:
  std::string Pick(const std::vector<std::string>& from) { return from[Below(from.size())]; }

  Change AnyChange() {
    const Guard guard =
        std::vector<Guard>{Guard::Anything(), Guard::Anything(), Guard::Absent(), Guard::Present(),
                           Guard::AtVersion(static_cast<Version>(Below(4)))}[Below(5)];
    switch (Below(4)) {
      case 0:
        return Change::Check(AnyKey(), guard);
      case 1:
        return Change::Remove(AnyKey(), guard);
      default:
        return Change::Write(AnyKey(), guard, static_cast<Version>(Below(4)),
                             std::string(Below(12), 'v'));
    }
  }

  Random random_ = MakeRandom();
};

class DifferentialContract : public StoreContract {
 protected:
  void CheckCommit(const Space& space, const Batch& batch) {
    const CommitOutcome wanted = model_.Commit(space, batch);
    const CommitOutcome given = *calls().Commit(space, batch);
    ASSERT_EQ(given.kind, wanted.kind);
    ASSERT_EQ(given.obstacles, wanted.obstacles);
    ASSERT_EQ(given.created_tenant, wanted.created_tenant);
    if (wanted.kind == CommitOutcome::Kind::kOverQuota) {
      ASSERT_EQ(given.exceeded, wanted.exceeded);
    }
  }

  void CheckGet(const Space& space, const std::vector<Key>& keys) {
    ASSERT_EQ(*calls().Get(space, keys), model_.Get(space, keys));
  }

  void CheckList(const Space& space, ListQuery query) {
    query.apart = "g";
    query.read_apart = true;
    std::vector<Page::Entry> listed;
    do {
      const Page page = *calls().List(space, query);
      ASSERT_EQ(page.apart.has_value(), !model_.Get(space, {"g"}).empty());
      listed.insert(listed.end(), page.entries.begin(), page.entries.end());
      query.older_than = page.next;
    } while (query.older_than);
    ASSERT_EQ(listed, model_.List(space, query.prefix, "g"));
  }

  void CheckScan(const Space& space, const Key& prefix) {
    const ScanResult result = *calls().Scan(space, {prefix, 1'000'000});
    std::vector<Key> keys;
    for (const Page::Entry& entry : model_.List(space, prefix, "none")) keys.push_back(entry.key);
    std::sort(keys.begin(), keys.end());
    ASSERT_EQ(result.records, model_.Get(space, keys));
  }

  Model model_;
};

TEST_P(DifferentialContract, AnyHistoryIsThatOfTheModel) {
  Chance chance;
  for (int step = 0; step < 1500 && !HasFatalFailure(); ++step) {
    const Space space = chance.AnySpace();
    switch (chance.Below(6)) {
      case 0:
        CheckGet(space, {chance.AnyKey(), chance.AnyKey()});
        break;
      case 1:
        CheckList(space, {.prefix = chance.AnyPrefix(),
                          .limit = static_cast<std::uint32_t>(1 + chance.Below(4))});
        break;
      case 2:
        CheckScan(space, chance.AnyPrefix());
        break;
      default:
        CheckCommit(space, chance.AnyBatch());
    }
    if (GetParam().is_durable && chance.Below(300) == 0) Reopen();
  }
}

INSTANTIATE_TEST_SUITE_P(Every, DifferentialContract, ::testing::ValuesIn(EveryStore()), NameOf);

}  // namespace
}  // namespace vss::testing
