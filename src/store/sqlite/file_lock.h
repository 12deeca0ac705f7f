// Keeps a second server away from a file: a lock on `<path>.lock`, held until this goes away or the
// process ends.  The database itself stays open to SQLite's own tools.
#ifndef VSS_STORE_SQLITE_FILE_LOCK_H_
#define VSS_STORE_SQLITE_FILE_LOCK_H_

#include <string>

#include "base/failure.h"

namespace vss::store::sqlite {

class FileLock final {
 public:
  static Result<FileLock> Take(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_FILE_LOCK_H_
