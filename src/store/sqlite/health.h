// What has been seen of the file that makes it unsafe to go on.  Shared by all lanes of a store.
#ifndef VSS_STORE_SQLITE_HEALTH_H_
#define VSS_STORE_SQLITE_HEALTH_H_

#include <atomic>
#include <utility>

#include "base/failure.h"
#include "base/log.h"
#include "store/sqlite/file.h"

namespace vss::store::sqlite {

// Threads: any.  Nothing is taken back: only opening the store anew begins afresh.
class Health final {
 public:
  Health(NamedFile file, Log& log) : file_(std::move(file)), log_(log) {}

  // The file fails its checks.  Nothing is written any more; what can be read, may be.
  void SetDamaged() { is_damaged_ = true; }
  // A flush of the file failed, so pages that SQLite believes there may be gone.  The log still has
  // them: nothing is read or written until it has been replayed.
  void SetFlushFailed() { flush_failed_ = true; }

  // Looks whether the file is still in its place.  If it is not, what is written would be lost with
  // the next start, and nothing more is written or read.
  void SeeFile() { See(file_); }
  void See(const NamedFile& file) {
    if (file.IsInPlace() || has_moved_.exchange(true)) return;
    log_.Error("sqlite_file_moved",
               {{"path", file.Path()},
                {"advice", "all that was answered is in the file that was there, and its log"}});
  }

  Result<Done> MayRead() const {
    if (has_moved_) return Unavailable("the database file was moved, replaced or removed");
    if (flush_failed_) return Unavailable("the disk failed; the server must be started again");
    return Done{};
  }
  Result<Done> MayWrite() const {
    if (is_damaged_) return Corrupt("the database is damaged; nothing is written any more");
    return MayRead();
  }

 private:
  const NamedFile file_;
  Log& log_;
  std::atomic<bool> has_moved_ = false;
  std::atomic<bool> is_damaged_ = false;
  std::atomic<bool> flush_failed_ = false;
};

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_HEALTH_H_
