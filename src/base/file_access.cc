#include "base/file_access.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace vss {
namespace {

std::string NameOf(uid_t user) {
  std::array<char, 4096> text;
  passwd entry;
  passwd* found = nullptr;
  if (getpwuid_r(user, &entry, text.data(), text.size(), &found) == 0 && found != nullptr) {
    return entry.pw_name;
  }
  return "user " + std::to_string(user);
}

// Whose it is, if that may be why it is refused.
std::string OwnerIfAnother(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 || status.st_uid == geteuid()) return "";
  return "; it belongs to " + NameOf(status.st_uid) + " and this process is " + NameOf(geteuid());
}

bool IsFolder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

}  // namespace

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

Result<Done> CheckAccess(const std::string& path, int mode) {
  if (faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0) return Done{};
  const int error = errno;
  const std::string owner = error == EACCES ? OwnerIfAnother(path) : "";
  return Invalid(path + ": " + std::strerror(error) + owner);
}

Result<Done> CheckReadable(const std::string& path) {
  const auto checked = CheckAccess(path, R_OK);
  return checked ? checked : Invalid("cannot read " + checked.error().message);
}

Result<Done> CheckWritable(const std::string& path) {
  if (IsFolder(path)) return Invalid(path + " is a folder");
  if (faccessat(AT_FDCWD, path.c_str(), F_OK, AT_EACCESS) == 0 || errno != ENOENT) {
    return CheckAccess(path, R_OK | W_OK);
  }
  if (auto checked = CheckAccess(FolderOf(path), W_OK | X_OK); !checked) {
    return Invalid(path + " cannot be made: " + checked.error().message);
  }
  return Done{};
}

}  // namespace vss
