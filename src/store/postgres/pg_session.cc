#include "store/postgres/pg_session.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace vss::store {

Result<PgConnection*> PgSession::Get() {
  if (connection_ != nullptr && connection_->IsAlive()) return connection_.get();
  if (connection_ != nullptr) Drop();
  if (IsAway()) return Unavailable("the database is away");
  // After a failure whoever asks while this takes its time need not wait for it.
  if (pause_ > kPauseMin) SetAwayUntil(SteadyTime::max());
  auto opened = PgConnection::Open(context_.options, context_.options.vss_database,
                                   PgConnection::Use::kServe, statements_, context_.clock);
  if (!opened) {
    SetAwayUntil(context_.clock.Steady() + pause_);
    pause_ = std::min(pause_ * 2, kPauseMax);
    const std::string& why = opened.error().detail;
    if (std::exchange(why_away_, why) != why) {
      context_.log.Warn("no connection to the database", {{"why", why}});
    }
    return Unexpected(std::move(opened).error());
  }
  SetAwayUntil(SteadyTime::min());
  pause_ = kPauseMin;
  if (!std::exchange(why_away_, {}).empty()) context_.log.Info("connected to the database again");
  connection_ = *std::move(opened);
  return connection_.get();
}

Result<PgConnection*> PgSession::Await(Deadline deadline) {
  for (;;) {
    auto connection = Get();
    if (connection || deadline.HasPassed(context_.clock.Steady() + pause_)) return connection;
    std::this_thread::sleep_for(pause_);
  }
}

void PgSession::Drop() {
  connection_.reset();
  context_.observer.OnEvent("reconnect");
}

bool PgSession::IsAway() const {
  return context_.clock.Steady().time_since_epoch().count() <
         away_until_.load(std::memory_order_relaxed);
}

}  // namespace vss::store
