// The file under the store: created durably, read by its owner only, served by one server at a
// time.
#ifndef VSS_STORE_SQLITE_FILE_H_
#define VSS_STORE_SQLITE_FILE_H_

#include <sys/types.h>

#include <string>

#include "base/failure.h"

namespace vss::store::sqlite {

// Keeps other servers away from the canonical `path`: a lock on `<path>.lock`, held until this goes
// away or the process ends.  SQLite's own tools do not know of it and can read the file meanwhile.
class FileLock final {
 public:
  // kUnavailable: another server has it.
  static Result<FileLock> Take(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

// Whether this process may write to `path` and to the files that lie beside it.  Makes nothing.
Result<Done> CheckFiles(const std::string& path);

bool FileExists(const std::string& path);

// The path of the file itself, whichever links lead to it.  SQLite keeps its log beside that.
std::string Canonical(const std::string& path);

// A file that is open, and its name.  SQLite does not notice when somebody moves, replaces or
// removes the file that it writes to; whoever opens the name next does not find what was written.
class NamedFile final {
 public:
  explicit NamedFile(std::string path);  // As it is just now.

  const std::string& Path() const { return path_; }
  // Whether the name still stands for the same file.
  bool IsInPlace() const;

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// Makes an empty file, and its name durable, if there is none.
Result<Done> CreateFile(const std::string& path);

// Whether SQLite's log was left behind: the process that had the file did not close it.
bool WasNotClosed(const std::string& path);

// Whether the log that lies beside `path` is not empty although the file is, or is not there.
// Opening the file would make SQLite remove the log, which may hold all that there is.
bool IsLogWithoutFile(const std::string& path);

// Flushes what is in the file, or the names in the folder, to the disk.
Result<Done> SyncFile(const std::string& path);
Result<Done> SyncFolderOf(const std::string& path);

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_FILE_H_
