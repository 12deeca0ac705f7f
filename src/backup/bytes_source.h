// Where the bytes of a backup are read from: a file, or memory in tests.
#ifndef VSS_BACKUP_BYTES_SOURCE_H_
#define VSS_BACKUP_BYTES_SOURCE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/failure.h"

namespace vss::backup {

// Threads: one at a time.
class BytesSource {
 public:
  virtual ~BytesSource() = default;
  virtual std::uint64_t Size() const = 0;
  // Fills all of `bytes` from `offset` on, which must not go beyond Size().
  virtual Result<Done> ReadAt(std::uint64_t offset, std::span<std::uint8_t> bytes) = 0;
};

class MemoryBytes final : public BytesSource {
 public:
  explicit MemoryBytes(std::string bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t Size() const override { return bytes_.size(); }
  Result<Done> ReadAt(std::uint64_t offset, std::span<std::uint8_t> bytes) override {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), bytes.size(), bytes.begin());
    return Done{};
  }

 private:
  std::string bytes_;
};

}  // namespace vss::backup

#endif  // VSS_BACKUP_BYTES_SOURCE_H_
