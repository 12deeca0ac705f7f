// A store that remembers everything that was ever committed, and for which write.
#ifndef VSS_TESTS_SIM_HISTORY_H_
#define VSS_TESTS_SIM_HISTORY_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/memory/memory_store.h"

namespace vss::sim {

// One change that the store made.
struct Applied {
  std::size_t commit;  // The first one is 1.
  std::size_t write;   // The write that it was made for.
  Version version;     // 0: removed.
  std::string value;
};

class History final : public store::Store {
 public:
  static constexpr std::size_t kNoWrite = SIZE_MAX;

  explicit History(const Clock& clock) : store_(clock) {}

  // What is committed from now on is for this write.
  void SetWrite(std::size_t write) { write_ = write; }

  void Commit(Space space, Batch batch, Deadline deadline, Then<CommitOutcome> then) override {
    const Batch copy = batch;
    store_.Commit(std::move(space), std::move(batch), deadline,
                  [&, then = std::move(then)](Result<CommitOutcome> outcome) mutable {
                    if (outcome && outcome->kind == CommitOutcome::Kind::kCommitted) Remember(copy);
                    then(std::move(outcome));
                  });
  }
  void Get(Space space, std::vector<Key> keys, Deadline deadline,
           Then<std::vector<Record>> then) override {
    store_.Get(std::move(space), std::move(keys), deadline, std::move(then));
  }
  void List(Space space, ListQuery query, Deadline deadline, Then<Page> then) override {
    store_.List(std::move(space), std::move(query), deadline, std::move(then));
  }
  void Scan(Space space, ScanQuery query, Deadline deadline, Then<ScanResult> then) override {
    store_.Scan(std::move(space), std::move(query), deadline, std::move(then));
  }

  std::size_t commits() const { return commits_; }
  const std::vector<Applied>& Of(const std::string& key) { return changes_[key]; }

  // The commits that were made for a write.
  std::vector<std::size_t> CommitsFor(std::size_t write) const {
    const auto found = by_write_.find(write);
    return found == by_write_.end() ? std::vector<std::size_t>() : found->second;
  }

  // Every state that `key` was in between two commits, both included.
  std::vector<Applied> Between(const std::string& key, std::size_t from, std::size_t to) {
    std::vector<Applied> states = {{0, kNoWrite, 0, {}}};
    for (const Applied& applied : changes_[key]) {
      if (applied.commit > to) break;
      if (applied.commit <= from) states.clear();
      states.push_back(applied);
    }
    return states;
  }

  // Whether the versions of `key` began anew behind this commit: it was removed, or written
  // unconditionally.
  bool HasRestarted(const std::string& key, std::size_t behind) {
    return std::ranges::any_of(changes_[key], [&](const Applied& applied) {
      return applied.commit > behind && applied.version <= 1;
    });
  }

 private:
  void Remember(const Batch& batch) {
    ++commits_;
    by_write_[write_].push_back(commits_);
    for (const Change& change : batch.changes) {
      if (change.action == Change::Action::kWrite) {
        changes_[change.key].push_back({commits_, write_, change.version, change.value});
      } else if (change.action == Change::Action::kRemove) {
        changes_[change.key].push_back({commits_, write_, 0, {}});
      }
    }
  }

  store::MemoryStore store_;
  std::size_t write_ = kNoWrite;
  std::size_t commits_ = 0;
  std::map<std::string, std::vector<Applied>> changes_;
  std::map<std::size_t, std::vector<std::size_t>> by_write_;
};

}  // namespace vss::sim

#endif  // VSS_TESTS_SIM_HISTORY_H_
