// How many bytes of requests and answers the whole process holds at once.
//
// Whoever holds bytes holds a lease on as many.  A request grows its lease as its body arrives and
// is refused when there is no room; an answer that exists is counted, whatever the limit says, and
// leaves less room for what comes next.
//
// Threads: a ByteBudget, any thread.  A ByteLease, one thread at a time.
#ifndef VSS_SERVER_HTTP_BYTE_BUDGET_H_
#define VSS_SERVER_HTTP_BYTE_BUDGET_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace vss::server {

class ByteBudget final {
 public:
  explicit ByteBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}
  std::uint64_t InUse() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  friend class ByteLease;
  const std::uint64_t bytes_max_;
  std::atomic<std::uint64_t> bytes_ = 0;
};

// Shares the budget's life, because the answer to a request may come after the server has gone.
class ByteLease final {
 public:
  ByteLease() = default;
  explicit ByteLease(std::shared_ptr<ByteBudget> budget) : budget_(std::move(budget)) {}
  ByteLease(ByteLease&& other) noexcept
      : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}
  ByteLease& operator=(ByteLease&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~ByteLease() {
    if (budget_ != nullptr) Set(0);
  }

  // Grows or shrinks to `bytes`.  False, and as it was, if there is no room.
  [[nodiscard]] bool TrySet(std::uint64_t bytes) {
    if (bytes <= bytes_) {
      Set(bytes);
      return true;
    }
    const std::uint64_t more = bytes - bytes_;
    if (budget_->bytes_.fetch_add(more, std::memory_order_relaxed) + more > budget_->bytes_max_) {
      budget_->bytes_.fetch_sub(more, std::memory_order_relaxed);
      return false;
    }
    bytes_ = bytes;
    return true;
  }

  // Grows or shrinks to `bytes`, room or not.
  void Set(std::uint64_t bytes) {
    if (bytes != bytes_) budget_->bytes_.fetch_add(bytes - bytes_, std::memory_order_relaxed);
    bytes_ = bytes;
  }

 private:
  std::shared_ptr<ByteBudget> budget_;
  std::uint64_t bytes_ = 0;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_BYTE_BUDGET_H_
