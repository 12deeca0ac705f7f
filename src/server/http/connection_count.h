// How many connections there are, in all and from each address.
//
// Threads: any thread.  Tickets must not outlive the count.
#ifndef VSS_SERVER_HTTP_CONNECTION_COUNT_H_
#define VSS_SERVER_HTTP_CONNECTION_COUNT_H_

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "base/guarded.h"
#include "server/http/client_address.h"

namespace vss::server {

class ConnectionCount final {
 public:
  // A place among the connections, given back at the end of its life.
  class Ticket final {
   public:
    Ticket() = default;
    Ticket(ConnectionCount& count, IpAddress household) : count_(&count), household_(household) {}
    Ticket(Ticket&& other) noexcept
        : count_(std::exchange(other.count_, nullptr)), household_(other.household_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      GiveBack();
      count_ = std::exchange(other.count_, nullptr);
      household_ = other.household_;
      return *this;
    }
    ~Ticket() { GiveBack(); }

   private:
    void GiveBack() {
      if (count_ != nullptr) std::exchange(count_, nullptr)->Leave(household_);
    }

    ConnectionCount* count_ = nullptr;
    IpAddress household_;
  };

  ConnectionCount(std::size_t total_max, std::size_t per_address_max)
      : total_max_(total_max), per_address_max_(per_address_max) {}

  // Nullopt if there are too many.  An exempt address counts towards the total only.
  std::optional<Ticket> Enter(const IpAddress& address, bool is_exempt) {
    const IpAddress household = address.Household();
    const bool is_in = state_.With([&](State& state) {
      if (state.total >= total_max_) return false;
      std::size_t& here = state.by_household[household];
      if (here >= per_address_max_ && !is_exempt) return false;
      ++here;
      ++state.total;
      return true;
    });
    if (!is_in) return std::nullopt;
    return Ticket(*this, household);
  }

  std::size_t Total() const {
    return state_.With([](const State& state) { return state.total; });
  }

 private:
  struct State {
    std::size_t total = 0;
    std::map<IpAddress, std::size_t> by_household;
  };

  void Leave(const IpAddress& household) {
    state_.With([&](State& state) {
      --state.total;
      const auto here = state.by_household.find(household);
      if (--here->second == 0) state.by_household.erase(here);
    });
  }

  const std::size_t total_max_;
  const std::size_t per_address_max_;
  Guarded<State> state_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_CONNECTION_COUNT_H_
