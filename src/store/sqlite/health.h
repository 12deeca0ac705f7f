// What has been seen of the file that makes it unsafe to go on.  Shared by all lanes of a store.
#ifndef VSS_STORE_SQLITE_HEALTH_H_
#define VSS_STORE_SQLITE_HEALTH_H_

#include <atomic>

#include "base/failure.h"

namespace vss::store::sqlite {

// Threads: any.  Nothing is taken back: only opening the store anew begins afresh.
class Health final {
 public:
  // The file fails its checks.  Nothing is written any more; what can be read, may be.
  void SetDamaged() { is_damaged_ = true; }
  // A flush of the file failed, so pages that SQLite believes there may be gone.  The log still has
  // them: nothing is read or written until it has been replayed.
  void SetFlushFailed() { flush_failed_ = true; }

  Result<Done> MayRead() const {
    if (flush_failed_) return Unavailable("the disk failed; the server must be started again");
    return Done{};
  }
  Result<Done> MayWrite() const {
    if (is_damaged_) return Corrupt("the database is damaged; nothing is written any more");
    return MayRead();
  }

 private:
  std::atomic<bool> is_damaged_ = false;
  std::atomic<bool> flush_failed_ = false;
};

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_HEALTH_H_
