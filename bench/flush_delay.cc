// A disk that takes its time: preloaded, this adds a delay to every flush, as disks in clouds have.
//
// VSS_FLUSH_DELAY_FILE names a file with the microseconds in decimal; it is read at every flush, so
// that processes need not be started again to change it.  No file is no delay.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>

namespace {

using Flush = int (*)(int);

void Delay() {
  static const int file = [] {
    const char* name = std::getenv("VSS_FLUSH_DELAY_FILE");
    return name == nullptr ? -1 : open(name, O_RDONLY | O_CLOEXEC);
  }();
  std::array<char, 16> text{};
  if (file < 0 || pread(file, text.data(), text.size() - 1, 0) <= 0) return;
  const long microseconds = std::atol(text.data());
  if (microseconds <= 0) return;
  const timespec time{microseconds / 1'000'000, microseconds % 1'000'000 * 1000};
  nanosleep(&time, nullptr);
}

}  // namespace

extern "C" int fsync(int file) {
  static const auto next = reinterpret_cast<Flush>(dlsym(RTLD_NEXT, "fsync"));
  Delay();
  return next(file);
}

extern "C" int fdatasync(int file) {
  static const auto next = reinterpret_cast<Flush>(dlsym(RTLD_NEXT, "fdatasync"));
  Delay();
  return next(file);
}
