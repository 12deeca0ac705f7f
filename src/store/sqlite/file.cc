#include "store/sqlite/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace vss::store::sqlite {
namespace {

namespace fs = std::filesystem;

Unexpected<Failure> CannotBe(const std::string& done, const std::string& path) {
  return Unavailable(path + " cannot be " + done + ": " + std::strerror(errno));
}

}  // namespace

Result<FileLock> FileLock::Take(const std::string& path) {
  // Whichever way a file is named, there is one lock.
  std::error_code error;
  const fs::path target = fs::weakly_canonical(path, error);
  const std::string lock_path = (error ? path : target.string()) + ".lock";
  const int descriptor = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return CannotBe("opened", lock_path);
  FileLock lock(descriptor);
  // The file stays when the lock goes: if it were removed, two servers could each lock one of two
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

bool FileExists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

Result<Done> CreateFile(const std::string& path) {
  if (FileExists(path)) return Done{};
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return CannotBe("created", path);
  close(descriptor);
  VSS_RETURN_IF_FAILED(SyncFile(path));
  return SyncFolderOf(path);
}

bool WasNotClosed(const std::string& path) {
  std::error_code error;
  const auto bytes = fs::file_size(path + "-wal", error);
  return !error && bytes > 0;
}

Result<Done> SyncFile(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return CannotBe("opened", path);
  const bool is_synced = fsync(descriptor) == 0;
  auto result = is_synced ? Result<Done>(Done{}) : CannotBe("flushed", path);
  close(descriptor);
  return result;
}

Result<Done> SyncFolderOf(const std::string& path) {
  const std::string folder = fs::path(path).parent_path();
  return SyncFile(folder.empty() ? "." : folder);
}

}  // namespace vss::store::sqlite
