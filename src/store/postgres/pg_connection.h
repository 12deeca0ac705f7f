// One connection to a PostgreSQL server, always in pipeline mode: any number of statements go out
// together and cost one round trip.
//
// Threads:   one at a time.
// Waits:     every one has a bound.  A server that says and takes nothing for that long counts as
//            lost.
// Durability:  a session that would be told of commits before they are flushed is set right;
//            without a session of one's own Transact and Begin do so for each transaction.
// Failures:  PgError, which says whether the connection survived.  After a lost connection only the
//            destructor may be called.
#ifndef VSS_STORE_POSTGRES_PG_CONNECTION_H_
#define VSS_STORE_POSTGRES_PG_CONNECTION_H_

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/expected.h"
#include "base/failure.h"
#include "store/postgres/pg_params.h"
#include "store/postgres/postgres_options.h"

struct pg_conn;

namespace vss::store {

// A statement that a session can prepare under a name.
struct PgStatement {
  const char* name;  // nullptr: never prepared.
  const char* sql;
};

// The database's own default may be stricter, and then what a statement sees is what was there when
// the transaction began: it would not learn that a count has moved since.
inline constexpr PgStatement kBegin = {nullptr, "BEGIN ISOLATION LEVEL READ COMMITTED"};
inline constexpr PgStatement kCommit = {nullptr, "COMMIT"};

struct PgCall {
  PgStatement statement;
  PgParams params = {};
};

struct PgError {
  std::string code;  // SQLSTATE; empty if the server never said.
  std::string message;
  // The connection is gone.  Whatever was sent may or may not have happened, whichever call the
  // error was told of: a pooler may speak for a server that had done it all.
  bool lost = false;
  // Every call had been done; what failed is the commit.  Whether it happened is for the database
  // to say: one of many parts may not know.
  bool at_commit = false;

  // Somebody else was in the way; another try is due.
  bool IsContention() const;
  // The database can't read what it stored.
  bool IsDamage() const;
};

template <typename T>
using PgAnswer = Expected<T, PgError>;

class PgConnection final {
 public:
  // What a connection is for decides how long an answer may take and how plans are made.
  enum class Use {
    kServe,     // Short statements with pinned plans, under the options' statement timeout.
    kMaintain,  // Migrations and maintenance: no timeout but that of a dead peer.
  };

  // Connects to a server that accepts writes and prepares `statements`, if the options allow it.
  static Result<std::unique_ptr<PgConnection>> Open(const PostgresOptions& options,
                                                    const std::string& database, Use use,
                                                    std::span<const PgStatement> statements,
                                                    const Clock& clock);
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  using Results = std::vector<PgResult>;  // One for each call.

  // Runs `calls` in one round trip.  Unless they say otherwise (BEGIN), they are one transaction:
  // all of them happened, or with an error none.
  PgAnswer<Results> Run(const std::vector<PgCall>& calls);

  // The same for what others must be able to rely on: it is durable, each statement sees what was
  // committed before it, and none lives longer than the statement timeout, whatever the database
  // is set to.  As a whole transaction, or as its beginning and its end.  After an error no
  // transaction is under way.
  PgAnswer<Results> Transact(const std::vector<PgCall>& calls);
  PgAnswer<Results> Begin(const std::vector<PgCall>& calls);
  PgAnswer<Results> Commit(const std::vector<PgCall>& calls);

  // Runs `calls` in one round trip, each a transaction of its own.
  std::vector<PgAnswer<PgResult>> RunEach(const std::vector<PgCall>& calls);

  PgAnswer<PgResult> RunOne(const PgStatement& statement, PgParams params = {});

  // Whether the server has not hung up since the last answer.
  bool IsAlive();

  // Ends the transaction that is under way, if one is.
  void RollBack();

  // `name` as it can stand in a statement.
  Result<std::string> Quoted(std::string_view name);

 private:
  PgConnection(pg_conn* connection, const PostgresOptions& options, Use use, const Clock& clock);

  using Statements = std::span<const PgStatement>;

  PgAnswer<Results> RunBetween(Statements before, const std::vector<PgCall>& calls,
                               Statements after);
  PgAnswer<Results> OrRollBack(PgAnswer<Results> results);
  PgAnswer<PgResult> KeepDurable();
  PgAnswer<PgResult> Prepare(std::span<const PgStatement> statements);
  void Send(const PgCall& call);
  void SendSync();
  PgAnswer<PgResult> Take();
  std::optional<PgError> TakeSync();
  PgError ErrorIn(const pg_result* result);
  bool WaitForAnswer();
  PgError Lost();

  pg_conn* const connection_;
  const bool prepared_;
  const std::string settings_;          // A statement that makes them for one transaction;
  std::vector<PgStatement> beginning_;  // with these each begins.
  const std::optional<std::chrono::milliseconds> answer_timeout_;
  const Clock& clock_;
  bool lost_ = false;
};

// For a caller of the store, when nothing happened.
Unexpected<Failure> UnavailableFrom(const PgError& error);
Unexpected<Failure> FailureFrom(const PgError& error);  // Overloaded or corrupt where it is that.

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_PG_CONNECTION_H_
