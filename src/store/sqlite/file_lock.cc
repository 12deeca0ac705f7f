#include "store/sqlite/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace vss::store::sqlite {

Result<FileLock> FileLock::Take(const std::string& path) {
  const std::string lock_path = path + ".lock";
  const int descriptor = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Unavailable("cannot create " + lock_path + ": " + std::strerror(errno));
  }
  FileLock lock(descriptor);
  // The file stays when the lock goes: removing it would let two servers each lock one of two
  // files of this name.
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return Unavailable(path + " is in use by another server");
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace vss::store::sqlite
