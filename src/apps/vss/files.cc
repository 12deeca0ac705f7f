#include "apps/vss/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "backup/file.h"

namespace vss::apps {

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

Result<Done> WriteNewFile(const std::string& file, const std::string& bytes) {
  const backup::Descriptor opened(
      open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (opened.get() < 0 && errno == EEXIST) return Invalid(file + " is there already");
  std::string_view left = bytes;
  bool is_well = opened.get() >= 0;
  while (is_well && !left.empty()) {
    const ssize_t written = write(opened.get(), left.data(), left.size());
    is_well = written > 0 || (written < 0 && errno == EINTR);
    left.remove_prefix(static_cast<std::size_t>(written > 0 ? written : 0));
  }
  if (is_well && fsync(opened.get()) == 0) return Done{};
  return Unavailable(file + " cannot be written: " + std::strerror(errno));
}

}  // namespace vss::apps
