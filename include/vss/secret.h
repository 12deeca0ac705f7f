// Secret<N>: N bytes that wipe themselves, cannot be printed and are compared in constant time.
//
// Moving leaves zeros behind.  There is no copy: whoever needs the bytes borrows them.
#ifndef VSS_SECRET_H_
#define VSS_SECRET_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>

namespace vss {

// Overwrites, also where a compiler would see that nobody reads the bytes again.
void Wipe(std::span<std::uint8_t> bytes);
// In a time that depends on the size only.  False for different sizes.
bool IsEqualInConstantTime(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

template <std::size_t N>
class Secret final {
 public:
  Secret() = default;  // Zeros, to be filled through Writable().
  explicit Secret(std::span<const std::uint8_t, N> bytes) {
    std::ranges::copy(bytes, Writable().begin());
  }
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { Wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      Wipe(other.bytes_);
    }
    return *this;
  }
  ~Secret() { Wipe(bytes_); }

  std::span<const std::uint8_t, N> Bytes() const { return bytes_; }
  std::span<std::uint8_t, N> Writable() { return bytes_; }

  bool operator==(const Secret& other) const { return IsEqualInConstantTime(bytes_, other.bytes_); }
  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

 private:
  std::array<std::uint8_t, N> bytes_{};
};

}  // namespace vss

#endif  // VSS_SECRET_H_
