#include "store/sqlite/checkpointer.h"

#include <utility>
#include <vector>

namespace vss::store::sqlite {

Sql<Done> Checkpoint(Database& database) {
  const int code = sqlite3_wal_checkpoint_v2(database.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             nullptr, nullptr);
  if (code != SQLITE_OK) return Unexpected(Error{code, sqlite3_errmsg(database.handle())});
  return Done{};
}

Checkpointer::Checkpointer(Database database, int pages_max, Log& log)
    : database_(std::move(database)),
      pages_max_(pages_max),
      log_(log),
      lane_({}, [this](const std::vector<Job>&) { Work(); }) {}

bool Checkpointer::OnCommit(int log_pages) {
  if (log_pages < last_pages_) {  // The log has begun again.
    begin_at_ = pages_max_;
    if (state_ == State::kCaughtUp) state_ = State::kIdle;
  }
  last_pages_ = log_pages;
  if (state_ == State::kWorking || log_pages < begin_at_) return false;
  if (state_ == State::kCaughtUp) {
    // If a long read keeps the log from beginning again, the next time is as much later.
    begin_at_ = log_pages + pages_max_;
    state_ = State::kIdle;
    return true;
  }
  state_ = State::kWorking;
  lane_.Offer({}, 0);
  return false;
}

void Checkpointer::Work() {
  // The second pass takes what came during the first.
  for (int pass = 0; pass < 2; ++pass) {
    const auto done = Checkpoint(database_);
    if (!done && done.error().Primary() != SQLITE_BUSY) {
      log_.Warn("sqlite_checkpoint_failed",
                {{"code", done.error().code}, {"text", done.error().text}});
    }
  }
  state_ = State::kCaughtUp;
}

}  // namespace vss::store::sqlite
