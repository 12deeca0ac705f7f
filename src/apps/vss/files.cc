#include "apps/vss/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "backup/file.h"

namespace vss::apps {
namespace {

Unexpected<Failure> Unwritten(const std::string& file) {
  return Unavailable(file + " cannot be written: " + std::strerror(errno));
}

}  // namespace

Result<std::string> ReadInput(const std::string& file) {
  constexpr std::size_t kBytesMax = std::size_t{1} << 30;
  constexpr std::size_t kPiece = std::size_t{64} << 10;
  const bool is_standard = file.empty() || file == "-";
  const backup::Descriptor opened(is_standard ? -1 : open(file.c_str(), O_RDONLY | O_CLOEXEC));
  const int fd = is_standard ? STDIN_FILENO : opened.get();
  std::string bytes;
  while (fd >= 0) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kPiece);
    const ssize_t got = read(fd, bytes.data() + size, kPiece);
    bytes.resize(size + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got == 0) return bytes;
    if (got < 0 && errno != EINTR) break;
    if (bytes.size() > kBytesMax) return Invalid("a value can have 1 GiB at most");
  }
  return Unavailable("cannot read " + (is_standard ? "standard input" : file) + ": " +
                     std::strerror(errno));
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<Done> ReplaceFile(const std::string& file, std::string_view bytes) {
  std::error_code ignored;
  const bool is_there = std::filesystem::exists(file, ignored);
  if (is_there && !std::filesystem::is_regular_file(file, ignored)) {
    const backup::Descriptor opened(open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (opened.get() >= 0 && WriteAll(opened.get(), bytes)) return Done{};
    return Unwritten(file);
  }
  // Where a link leads, not the link.
  const std::string path = is_there ? std::filesystem::canonical(file, ignored).string() : file;
  std::string temporary = path + ".XXXXXX";
  const backup::Descriptor opened(mkostemp(temporary.data(), O_CLOEXEC));  // For its owner only.
  if (opened.get() < 0) return Unwritten(file);
  const bool is_written = WriteAll(opened.get(), bytes) && fsync(opened.get()) == 0;
  Result<Done> result =
      is_written ? backup::RenameFile(temporary, path, backup::Rename::kReplaces) : Unwritten(file);
  if (result) return backup::FlushFolderOf(path);
  unlink(temporary.c_str());
  return result;
}

Result<Done> WriteNewFile(const std::string& file, const std::string& bytes) {
  const backup::Descriptor opened(
      open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (opened.get() < 0 && errno == EEXIST) return Invalid(file + " is there already");
  if (opened.get() < 0 || !WriteAll(opened.get(), bytes) || fsync(opened.get()) != 0) {
    return Unwritten(file);
  }
  return Done{};
}

}  // namespace vss::apps
