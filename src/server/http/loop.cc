#include "server/http/loop.h"

#include <algorithm>

#include "base/check.h"
#include "base/sole_answer.h"
#include "server/http/response_head.h"

namespace vss::server {
namespace {

using std::chrono::milliseconds;

// Whoever only has to acknowledge the last answer does not hold up the end.
constexpr milliseconds kDrainTickMax(20);

// Deadlines are looked at this often: rarely enough to cost nothing, often enough that nobody waits
// much longer than was promised.
milliseconds TickFor(const HttpOptions& options) {
  const milliseconds shortest =
      std::min({options.head_time_max, options.body_progress.time, options.write_progress.time,
                options.idle_time_max, options.lingering_time_max, options.drain_time_max});
  return std::clamp(shortest / 4, milliseconds(5), milliseconds(1000));
}

}  // namespace

void Inbox::Deliver(Delivery delivery) {
  if (Poller::Here() == turns_) {
    // Answered before `serve` returned: the turn that called it goes on with the answer.
    const auto connection = delivery.connection.lock();
    if (!connection) return;
    if (connection->IsInTurn()) {
      return connection->Take(delivery.sequence, std::move(delivery.response),
                              std::move(delivery.lease));
    }
  }
  Loop* loop = nullptr;
  // Not under the lock, which the loop would wake up to wait for.  The loop may go meanwhile; what
  // is posted is then never run.
  const auto poller = state_.With([&](State& state) {
    loop = state.loop;
    if (loop != nullptr) state.deliveries.push_back(std::move(delivery));
    return state.deliveries.size() == 1 ? state.poller : nullptr;
  });
  if (!poller) return;
  const auto hand_out = [loop] { loop->HandOut(); };
  if (SoleAnswer::IsHere() && poller->TryRun(hand_out)) return;
  poller->Post(hand_out);
}

Loop::Loop(const HttpOptions& options, const Clock& clock)
    : options_(options), clock_(clock), tick_(TickFor(options)) {
  inbox_->state_.With([this](Inbox::State& state) {
    state.loop = this;
    state.poller = poller_;
  });
}

Loop::~Loop() {
  for (const std::thread& thread : threads_) CHECK(!thread.joinable());
  inbox_->state_.With([](Inbox::State& state) {
    state.loop = nullptr;
    state.poller.reset();
    state.deliveries.clear();
  });
}

void Loop::Start() {
  ticked_at_ = Now();
  Tick();
  for (std::thread& thread : threads_) thread = std::thread([this] { Run(); });
}

void Loop::Join() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Loop::Run() {
  poller_->Run();
  // The first, because the other may be at work for as long as a database takes.
  if (running_-- == kThreads) CloseAll();
}

void Loop::Adopt(const Site& site, Arrival arrival) {
  Post([this, &site, arrival = std::move(arrival)]() mutable {
    const auto connection = std::make_shared<Connection>(*this, site, std::move(arrival));
    connection->place_in_loop = connections_.size();
    connections_.push_back(connection);
    connection->Start();
    if (IsDraining()) connection->Drain();
  });
}

void Loop::Remove(const Connection& connection) {
  CHECK(connections_.at(connection.place_in_loop).get() == &connection);
  connections_.back()->place_in_loop = connection.place_in_loop;
  std::swap(connections_[connection.place_in_loop], connections_.back());
  connections_.pop_back();
  if (IsDraining() && connections_.empty()) poller_->Stop();
}

void Loop::HandOut() {
  std::vector<Delivery> deliveries =
      inbox_->state_.With([](Inbox::State& state) { return std::exchange(state.deliveries, {}); });
  // First all answers, then the turns: answers to one client leave together.
  std::vector<std::shared_ptr<Connection>> answered;
  for (Delivery& delivery : deliveries) {
    auto connection = delivery.connection.lock();
    if (!connection) continue;
    connection->Take(delivery.sequence, std::move(delivery.response), std::move(delivery.lease));
    const bool is_new = answered.empty() || answered.back() != connection;
    if (is_new) answered.push_back(std::move(connection));
  }
  for (const auto& connection : answered) connection->Turn();
}

void Loop::Tick() {
  date_ = FormatHttpDate(clock_.Wall());
  const SteadyTime now = Now();
  const bool is_late = now - std::exchange(ticked_at_, now) > 2 * tick_;
  // Nobody is called late by a loop that is: first it reads what has come meanwhile.  But not twice
  // in a row, or a busy server would wait for ever.
  was_excused_ = is_late && !was_excused_;
  if (!was_excused_) {
    // Backwards, because a connection that closes is replaced by the last one.
    for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->Tick();
  }
  if (IsDraining() && now >= drain_until_) return poller_->Stop();
  SetTicker();
}

void Loop::SetTicker() { ticker_.Set(IsDraining() ? std::min(tick_, kDrainTickMax) : tick_); }

void Loop::Drain() {
  Post([this] {
    drain_until_ = Now() + options_.drain_time_max;
    for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->Drain();
    if (connections_.empty()) poller_->Stop();
    SetTicker();
  });
}

void Loop::CloseAll() {
  drain_until_ = SteadyTime::max();  // Over, there is nothing to stop any more.
  while (!connections_.empty()) {
    const auto connection = connections_.back();
    connection->Close();
  }
}

}  // namespace vss::server
