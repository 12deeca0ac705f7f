// A store in memory: the model that the others are compared with, and a server for tests of
// wallets. Nothing survives the process.
#ifndef VSS_STORE_MEMORY_MEMORY_STORE_H_
#define VSS_STORE_MEMORY_MEMORY_STORE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "store/allowance.h"
#include "store/store.h"

namespace vss::store {

// Threads: as Store; `then` runs on the calling thread.
class MemoryStore final : public Store {
 public:
  // `clock` is for deadlines and outlives the store.
  explicit MemoryStore(const Clock& clock) : clock_(clock) {}

  void Commit(Space space, Batch batch, Deadline deadline, Then<CommitOutcome> then) override;
  void Get(Space space, std::vector<Key> keys, Deadline deadline,
           Then<std::vector<Record>> then) override;
  void List(Space space, ListQuery query, Deadline deadline, Then<Page> then) override;
  void Scan(Space space, ScanQuery query, Deadline deadline, Then<ScanResult> then) override;

 private:
  struct Row {
    Version version;
    std::string value;
    Rank rank;
  };
  using ByKey = std::map<Key, Row>;
  using RowsOfBatch = std::vector<ByKey::iterator>;  // One a change; the end: not there.
  struct SpaceRows {
    ByKey by_key;
    std::map<Rank, Key> by_rank;
  };
  struct Rows {
    std::map<Space, SpaceRows> spaces;
    std::map<std::string, Usage> usage;  // By tenant.
    Rank last_rank = 0;
  };

  // Leaves values that were overwritten in `batch`, to be freed when no lock is held.
  static CommitOutcome Apply(Rows& rows, const Space& space, Batch& batch);
  static Usage UsageAfter(const SpaceRows& before, const RowsOfBatch& found, Usage usage,
                          const Batch& batch);
  static Page ListIn(const Rows& rows, const Space& space, const ListQuery& query);
  static ScanResult ScanIn(const Rows& rows, const Space& space, const ScanQuery& query);

  const Clock& clock_;
  Guarded<Rows> rows_;
};

}  // namespace vss::store

#endif  // VSS_STORE_MEMORY_MEMORY_STORE_H_
