// Moves what the log has gathered into the file proper, beside the commits instead of in their way.
//
// SQLite lets a checkpoint run while others write, but only one that has everything lets the log
// begin again at its start.  So a thread of its own does the bulk, and then the commit lane, which
// nobody can outrun, does the little that came meanwhile.
//
// Threads: OnCommit from the commit lane only.
#ifndef VSS_STORE_SQLITE_CHECKPOINTER_H_
#define VSS_STORE_SQLITE_CHECKPOINTER_H_

#include <atomic>

#include "base/lane.h"
#include "base/log.h"
#include "store/sqlite/database.h"

namespace vss::store::sqlite {

// One pass over the log.  Waits for nobody, and leaves what a reader still needs.
Sql<Done> Checkpoint(Database& database);

class Checkpointer final {
 public:
  // Begins when the log has `pages_max` pages.
  Checkpointer(Database database, int pages_max, Log& log);

  // Told how many pages the log has after a commit.  True: the caller should finish what was begun.
  bool OnCommit(int log_pages);

 private:
  enum class State { kIdle, kWorking, kCaughtUp };
  struct Job {};

  void Work();

  Database database_;
  const int pages_max_;
  Log& log_;
  int begin_at_ = pages_max_;
  int last_pages_ = 0;
  std::atomic<State> state_ = State::kIdle;
  Lane<Job> lane_;  // Last: its thread uses all of the above.
};

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_CHECKPOINTER_H_
