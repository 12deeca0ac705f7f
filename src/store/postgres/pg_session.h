// A connection that a lane keeps: opened when it is needed, opened anew when it was lost.
//
// Threads:   IsAway from any thread, everything else from whoever works for the lane.
// Failures:  kUnavailable.  While the database is away an attempt is made only now and then, and in
//            between the answer is given at once.
#ifndef VSS_STORE_POSTGRES_PG_SESSION_H_
#define VSS_STORE_POSTGRES_PG_SESSION_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "store/observer.h"
#include "store/postgres/pg_connection.h"
#include "store/postgres/postgres_options.h"

namespace vss::store {

// What every part of the store works with; all of it outlives the store.
struct PgContext {
  const PostgresOptions& options;
  const Clock& clock;
  Log& log;
  StoreObserver& observer;
};

class PgSession final {
 public:
  PgSession(const PgContext& context, std::span<const PgStatement> statements)
      : context_(context), statements_(statements) {}

  // The connection, opened if there is none, or none any more.
  Result<PgConnection*> Get();

  // The connection, once the database is back, if that is by `deadline`.
  Result<PgConnection*> Await(Deadline deadline);

  // Forgets a connection that was lost.
  void Drop();

  bool IsOpen() const { return connection_ != nullptr; }

  // Whether there is no point in asking now.
  bool IsAway() const;

 private:
  static constexpr std::chrono::milliseconds kPauseMin{50};
  static constexpr std::chrono::milliseconds kPauseMax{2000};

  void SetAwayUntil(SteadyTime time) {
    away_until_.store(time.time_since_epoch().count(), std::memory_order_relaxed);
  }

  const PgContext& context_;
  const std::span<const PgStatement> statements_;
  std::unique_ptr<PgConnection> connection_;
  std::chrono::milliseconds pause_ = kPauseMin;
  std::string why_away_;  // Logged once, not with every attempt.
  std::atomic<SteadyTime::rep> away_until_{SteadyTime::min().time_since_epoch().count()};
};

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_PG_SESSION_H_
