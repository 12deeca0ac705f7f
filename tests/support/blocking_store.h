// A store whose answers are waited for.
#ifndef VSS_TESTS_SUPPORT_BLOCKING_STORE_H_
#define VSS_TESTS_SUPPORT_BLOCKING_STORE_H_

#include <utility>
#include <vector>

#include "store/store.h"
#include "vss/await.h"

namespace vss::testing {

// Threads: as the store.
class BlockingStore final {
 public:
  explicit BlockingStore(store::Store& store) : store_(store) {}

  Result<CommitOutcome> Commit(const Space& space, Batch batch,
                               Deadline deadline = Deadline::Never()) {
    return Await<CommitOutcome>(
        [&](auto then) { store_.Commit(space, std::move(batch), deadline, std::move(then)); });
  }
  Result<std::vector<Record>> Get(const Space& space, std::vector<Key> keys,
                                  Deadline deadline = Deadline::Never()) {
    return Await<std::vector<Record>>(
        [&](auto then) { store_.Get(space, std::move(keys), deadline, std::move(then)); });
  }
  Result<Page> List(const Space& space, ListQuery query, Deadline deadline = Deadline::Never()) {
    return Await<Page>(
        [&](auto then) { store_.List(space, std::move(query), deadline, std::move(then)); });
  }
  Result<ScanResult> Scan(const Space& space, ScanQuery query,
                          Deadline deadline = Deadline::Never()) {
    return Await<ScanResult>(
        [&](auto then) { store_.Scan(space, std::move(query), deadline, std::move(then)); });
  }

 private:
  store::Store& store_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_SUPPORT_BLOCKING_STORE_H_
