// Connections, and the threads that look after them: one, and one that takes its place at times.
//
// Threads: Adopt, Drain, Post and the Inbox from any thread; the rest in turns of its poller's.
#ifndef VSS_SERVER_HTTP_LOOP_H_
#define VSS_SERVER_HTTP_LOOP_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "server/http/connection.h"
#include "server/http/poller.h"
#include "server/http/timer.h"

namespace vss::server {

// An answer on its way from wherever it was made to its connection.
struct Delivery {
  std::weak_ptr<Connection> connection;
  std::uint64_t sequence;
  Result<Response> response;
  ByteLease lease;
};

// Where a loop's answers come in.  It outlives the loop if an answer does, and then drops it.
class Inbox final {
 public:
  explicit Inbox(const Poller& poller) : turns_(&poller) {}

  void Deliver(Delivery delivery);

 private:
  friend class Loop;
  struct State {
    Loop* loop = nullptr;
    std::shared_ptr<Poller> poller;  // The loop's, until it goes.
    std::vector<Delivery> deliveries;
  };
  const Poller* const turns_;  // To know by whose turn it is; may be gone.
  Guarded<State> state_;
};

class Loop final {
 public:
  Loop(const HttpOptions& options, const Clock& clock);
  ~Loop();  // After Join.

  void Start();
  // Makes a connection of it.
  void Adopt(const Site& site, Arrival arrival);
  // Finishes what is under way, at most for the time the options give, and ends the thread.
  void Drain();
  void Join();

  template <typename F>
  void Post(F f) {
    poller_->Post(std::move(f));
  }

  Poller& poller() { return *poller_; }
  const std::shared_ptr<Inbox>& inbox() const { return inbox_; }
  SteadyTime Now() const { return clock_.Steady(); }
  std::string_view Date() const { return date_; }
  // For bytes that nobody looks at.
  std::span<char> Scratch() { return scratch_; }
  void Remove(const Connection& connection);

 private:
  static constexpr int kThreads = 2;

  friend class Inbox;
  void Run();
  void Tick();
  void HandOut();
  void CloseAll();
  void SetTicker();
  bool IsDraining() const { return drain_until_ != SteadyTime::max(); }

  const HttpOptions& options_;
  const Clock& clock_;
  const std::chrono::milliseconds tick_;
  const std::shared_ptr<Poller> poller_ = std::make_shared<Poller>();
  Timer ticker_{*poller_, [this] { Tick(); }};
  SteadyTime ticked_at_ = {};
  bool was_excused_ = false;  // The last tick came late, and judged nobody.
  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>(*poller_);
  std::vector<std::shared_ptr<Connection>> connections_;
  std::string date_;
  SteadyTime drain_until_ = SteadyTime::max();
  std::array<char, 64 << 10> scratch_;
  std::atomic<int> running_ = kThreads;
  std::array<std::thread, kThreads> threads_;
};

}  // namespace vss::server

#endif  // VSS_SERVER_HTTP_LOOP_H_
