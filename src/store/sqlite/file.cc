#include "store/sqlite/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/file_access.h"

namespace vss::store::sqlite {
namespace {

namespace fs = std::filesystem;

// 0 if there is no file.
std::uintmax_t BytesOf(const std::string& path) {
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  return error ? 0 : bytes;
}

Unexpected<Failure> CannotBe(const std::string& done, const std::string& path) {
  return Unavailable(path + " cannot be " + done + ": " + std::strerror(errno));
}

// A new, empty file.  Root makes it for whom the folder belongs to: the server that will open it is
// most likely not root.  SQLite does the same with what it lays beside the file.
int CreateNew(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  struct stat folder = {};
  if (descriptor < 0 || geteuid() != 0 || stat(FolderOf(path).c_str(), &folder) != 0) {
    return descriptor;
  }
  // Where this cannot be, the file stays as it was made.
  const int ignored = fchown(descriptor, folder.st_uid, folder.st_gid);
  static_cast<void>(ignored);
  return descriptor;
}

}  // namespace

Result<FileLock> FileLock::Take(const std::string& path) {
  const std::string lock_path = path + ".lock";
  int descriptor = CreateNew(lock_path);
  if (descriptor < 0) descriptor = open(lock_path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return CannotBe("opened", lock_path);
  FileLock lock(descriptor);
  // The file stays when the lock goes: if it were removed, two servers could each lock one of two
  // files of this name.
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return CannotBe("locked", lock_path);
  return Unavailable(path + " is in use by another server");
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string Canonical(const std::string& path) {
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(path, error);
  return error ? path : canonical.string();
}

NamedFile::NamedFile(std::string path) : path_(std::move(path)) {
  struct stat status = {};
  if (stat(path_.c_str(), &status) != 0) return;
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

bool NamedFile::IsInPlace() const {
  const NamedFile now(path_);
  return now.inode_ == inode_ && now.device_ == device_;
}

Result<Done> CheckFiles(const std::string& path) {
  // SQLite makes its log in the folder, whether the file is there or not.
  for (const char* suffix : {"", ".lock", "-wal", "-shm"}) {
    VSS_RETURN_IF_FAILED(CheckWritable(path + suffix));
  }
  return Done{};
}

bool FileExists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

Result<Done> CreateFile(const std::string& path) {
  if (FileExists(path)) return Done{};
  const int descriptor = CreateNew(path);
  if (descriptor < 0) return CannotBe("created", path);
  close(descriptor);
  VSS_RETURN_IF_FAILED(SyncFile(path));
  return SyncFolderOf(path);
}

bool WasNotClosed(const std::string& path) { return BytesOf(path + "-wal") > 0; }

bool IsLogWithoutFile(const std::string& path) { return WasNotClosed(path) && BytesOf(path) == 0; }

Result<Done> SyncFile(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return CannotBe("opened", path);
  const bool is_synced = fsync(descriptor) == 0;
  auto result = is_synced ? Result<Done>(Done{}) : CannotBe("flushed", path);
  close(descriptor);
  return result;
}

Result<Done> SyncFolderOf(const std::string& path) { return SyncFile(FolderOf(path)); }

}  // namespace vss::store::sqlite
