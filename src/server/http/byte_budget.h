// How many bytes of requests and answers the whole process holds at once, and for whom.
//
// Whoever holds bytes holds a lease on as many.  A request grows its lease as its body arrives and
// is refused when there is no room; an answer that exists is counted, whatever the limits say, and
// leaves less room for what comes next.
//
// Nobody takes all of it from the others:
//   - A lease beyond kSmallBytes leaves an eighth of the room alone.  So a wallet's usual requests
//     are served while large ones are refused.
//   - Once half of the room is taken, no household (client_address.h) grows beyond a quarter of it.
//
// Threads: a ByteBudget and a ByteAccount, any thread.  A ByteLease, one thread at a time.
#ifndef VSS_SERVER_HTTP_BYTE_BUDGET_H_
#define VSS_SERVER_HTTP_BYTE_BUDGET_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "base/guarded.h"
#include "server/http/client_address.h"

namespace vss::server {

class ByteAccount;

class ByteBudget final : public std::enable_shared_from_this<ByteBudget> {
 public:
  static constexpr std::uint64_t kSmallBytes = 64 << 10;

  explicit ByteBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}
  std::uint64_t InUse() const { return bytes_.load(std::memory_order_relaxed); }

  // What the household of `address` holds; one account for all its leases.
  std::shared_ptr<ByteAccount> AccountOf(const IpAddress& address);

 private:
  friend class ByteAccount;

  bool HasRoom(std::uint64_t lease, std::uint64_t more, std::uint64_t account,
               std::uint64_t total) const {
    const std::uint64_t reserve = lease <= kSmallBytes ? 0 : bytes_max_ / 8;
    if (total > bytes_max_ - reserve) return false;
    return total - more < bytes_max_ / 2 || account <= bytes_max_ / 4;
  }

  const std::uint64_t bytes_max_;
  std::atomic<std::uint64_t> bytes_ = 0;
  Guarded<std::map<IpAddress, std::weak_ptr<ByteAccount>>> accounts_;
};

// Shares the budget's life, because the answer to a request may come after the server has gone.
class ByteAccount final {
 public:
  ByteAccount(std::shared_ptr<ByteBudget> budget, const IpAddress& household)
      : budget_(std::move(budget)), household_(household) {}
  ~ByteAccount() {
    budget_->accounts_.With([this](auto& accounts) {
      const auto own = accounts.find(household_);
      // There may be a new one already.
      if (own != accounts.end() && own->second.expired()) accounts.erase(own);
    });
  }

  // For a lease of `from` bytes that is to have `to`.  TryMove: false, and as it was, if there is
  // no room.
  [[nodiscard]] bool TryMove(std::uint64_t from, std::uint64_t to) {
    Move(from, to);
    const bool has_room =
        to <= from || budget_->HasRoom(to, to - from, Load(bytes_), Load(budget_->bytes_));
    if (!has_room) Move(to, from);
    return has_room;
  }
  void Move(std::uint64_t from, std::uint64_t to) {
    bytes_.fetch_add(to - from, std::memory_order_relaxed);
    budget_->bytes_.fetch_add(to - from, std::memory_order_relaxed);
  }

 private:
  static std::uint64_t Load(const std::atomic<std::uint64_t>& bytes) {
    return bytes.load(std::memory_order_relaxed);
  }

  const std::shared_ptr<ByteBudget> budget_;
  const IpAddress household_;
  std::atomic<std::uint64_t> bytes_ = 0;
};

inline std::shared_ptr<ByteAccount> ByteBudget::AccountOf(const IpAddress& address) {
  const IpAddress household = address.Household();
  // Outside the lock: an account that nobody else holds takes it on its way out.
  std::shared_ptr<ByteAccount> account;
  accounts_.With([&](auto& accounts) {
    std::weak_ptr<ByteAccount>& known = accounts[household];
    account = known.lock();
    if (account == nullptr) {
      account = std::make_shared<ByteAccount>(shared_from_this(), household);
      known = account;
    }
  });
  return account;
}

class ByteLease final {
 public:
  ByteLease() = default;
  explicit ByteLease(std::shared_ptr<ByteAccount> account) : account_(std::move(account)) {}
  ByteLease(ByteLease&& other) noexcept
      : account_(std::move(other.account_)), bytes_(std::exchange(other.bytes_, 0)) {}
  ByteLease& operator=(ByteLease&& other) noexcept {
    std::swap(account_, other.account_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~ByteLease() {
    if (account_ != nullptr) Set(0);
  }

  // Grows or shrinks to `bytes`.  False, and as it was, if there is no room.
  [[nodiscard]] bool TrySet(std::uint64_t bytes) {
    if (!account_->TryMove(bytes_, bytes)) return false;
    bytes_ = bytes;
    return true;
  }
  // Grows or shrinks to `bytes`, room or not.
  void Set(std::uint64_t bytes) {
    if (bytes != bytes_) account_->Move(bytes_, bytes);
    bytes_ = bytes;
  }

 private:
  std::shared_ptr<ByteAccount> account_;
  std::uint64_t bytes_ = 0;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_BYTE_BUDGET_H_
