// A file descriptor that is closed at the end of its owner's life.
#ifndef VSS_SERVER_HTTP_FILE_DESCRIPTOR_H_
#define VSS_SERVER_HTTP_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace vss::server {

class FileDescriptor final {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.Release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() {
    if (IsOpen()) ::close(number_);
  }

  bool IsOpen() const { return number_ >= 0; }
  int Get() const { return number_; }
  int Release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_FILE_DESCRIPTOR_H_
