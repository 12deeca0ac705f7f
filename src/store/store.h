// A Store keeps the records of many spaces and changes them in atomic, guarded batches.
//
// This floor knows nothing of VSS or LSS.  By the time a write arrives here a dialect has turned it
// into guarded changes, and the contract is one sentence: check every guard, then apply every
// change, or change nothing.
//
// Threads:     any method, any thread, any time.  `then` runs exactly once, on any thread, possibly
//              before the method returns; it must not block.
// Failures:    kOverloaded, kUnavailable, kInDoubt (Commit only) or kCorrupt; never any other kind.
//              Lost races and deadlocks are retried inside and never seen from here.
// Deadlines:   work that has not begun when its deadline passes is not begun: kOverloaded.
// Durability:  what Commit calls committed survives a crash right after it answers.
// Order:       batches of one space apply in the order in which Commit was called.
// Stopping:    the destructor answers whatever was accepted, then closes.  What a `then` asks for
//              meanwhile is answered too, or refused.
// Done when:   tests/contract/store_contract_test.cc passes on it.
#ifndef VSS_STORE_STORE_H_
#define VSS_STORE_STORE_H_

#include <vector>

#include "base/clock.h"
#include "base/then.h"
#include "core/batch.h"
#include "core/listing.h"
#include "core/record.h"

namespace vss::store {

class Store {
 public:
  virtual ~Store() = default;

  // Applies `batch` to `space`, all of it or none of it.
  //
  // A conflict is an answer, not an error: some guards did not hold, nothing changed, and the
  // outcome names every key that stood in the way with the version it has now.  So is a batch that
  // would take the tenant over its allowance; guards are looked at first.
  //
  // kInDoubt: the connection to the database was lost at the wrong moment, and so was every attempt
  // to find out whether the batch was applied.
  virtual void Commit(Space space, Batch batch, Deadline deadline, Then<CommitOutcome> then) = 0;

  // The records at `keys` that are there, in the order of `keys`, each as some commit left it.
  // Sees every batch that was answered before.
  virtual void Get(Space space, std::vector<Key> keys, Deadline deadline,
                   Then<std::vector<Record>> then) = 0;

  // One page of keys, newest created first, in one snapshot.  A key that is there from the first
  // page to the last is listed exactly once, whatever is written in between.  The cost is that of
  // the page, not of the store.
  virtual void List(Space space, ListQuery query, Deadline deadline, Then<Page> then) = 0;

  // Every record under a prefix with its value, in bytewise key order, in one snapshot.
  virtual void Scan(Space space, ScanQuery query, Deadline deadline, Then<ScanResult> then) = 0;
};

}  // namespace vss::store

#endif  // VSS_STORE_STORE_H_
