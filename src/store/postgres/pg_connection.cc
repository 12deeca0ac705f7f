#include "store/postgres/pg_connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "store/postgres/pg_target.h"

namespace vss::store {
namespace {

constexpr int kBinary = 1;

// What the server needs to notice its own statement timeout and say so.
constexpr std::chrono::milliseconds kGrace{5000};

constexpr std::array kEnd = {kCommit};

// What is stricter stays.
constexpr const char* kDurable =
    "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' "
    "ELSE current_setting('synchronous_commit') END";

// What a session of one's own is set to from its start, for one transaction.
std::string SettingsFor(const PostgresOptions& options) {
  const auto timeout = options.statement_timeout.count();
  return "SELECT set_config('statement_timeout', '" + std::to_string(timeout) +
         "', true), set_config('idle_in_transaction_session_timeout', '" +
         std::to_string(kIdleTimeouts * timeout) + "', true), set_config('synchronous_commit', " +
         kDurable + ", true)";
}

struct FreeMemory {
  void operator()(char* memory) const { PQfreemem(memory); }
};

std::string FieldOf(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text != nullptr ? text : "";
}

// libpq's messages are made for a terminal.
std::string InOneLine(std::string_view message) {
  std::string line;
  for (const char c : message) {
    if (c != '\n' && c != '\t') {
      line += c;
    } else if (!line.ends_with(' ')) {
      line += ' ';
    }
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

// The server said that it is closing the connection, or that it has become a standby.
bool IsGoodbye(std::string_view code) {
  return code.starts_with("08") || code == "57P01" || code == "57P02" || code == "57P03" ||
         code == "57P05" || code == "25P03" || code == "25006";
}

}  // namespace

bool PgError::IsContention() const {
  return code == "40001" || code == "40P01" || code == "23505" || code == "55P03";
}

bool PgError::IsDamage() const { return code == "XX001" || code == "XX002"; }

Result<std::unique_ptr<PgConnection>> PgConnection::Open(const PostgresOptions& options,
                                                         const std::string& database, Use use,
                                                         std::span<const PgStatement> statements,
                                                         const Clock& clock) {
  VSS_TRY(const PgTarget target, PgTarget::From(options, database, use == Use::kServe));
  PGconn* raw = PQconnectdbParams(target.Keywords().data(), target.Values().data(), 0);
  CHECK(raw != nullptr);
  std::unique_ptr<PgConnection> connection(new PgConnection(raw, options, use, clock));
  if (PQstatus(raw) != CONNECTION_OK) {
    return Unavailable("no connection to the database", InOneLine(PQerrorMessage(raw)));
  }
  PQsetNoticeProcessor(
      raw, [](void*, const char*) {}, nullptr);
  CHECK(PQsetnonblocking(raw, 1) == 0);
  CHECK(PQenterPipelineMode(raw) == 1);
  if (options.prepared_statements) {
    if (auto durable = connection->KeepDurable(); !durable) {
      return UnavailableFrom(durable.error());
    }
    if (auto prepared = connection->Prepare(statements); !prepared) {
      return UnavailableFrom(prepared.error());
    }
  }
  return connection;
}

PgConnection::PgConnection(pg_conn* connection, const PostgresOptions& options, Use use,
                           const Clock& clock)
    : connection_(connection),
      prepared_(options.prepared_statements),
      settings_(SettingsFor(options)),
      beginning_{kBegin},
      answer_timeout_(use == Use::kServe ? std::optional(options.statement_timeout + kGrace)
                                         : std::nullopt),
      clock_(clock) {
  if (!prepared_) beginning_.push_back({nullptr, settings_.c_str()});
}

PgConnection::~PgConnection() { PQfinish(connection_); }

PgAnswer<PgConnection::Results> PgConnection::Run(const std::vector<PgCall>& calls) {
  return RunBetween({}, calls, {});
}

PgAnswer<PgConnection::Results> PgConnection::Transact(const std::vector<PgCall>& calls) {
  return prepared_ ? Run(calls) : OrRollBack(RunBetween(beginning_, calls, kEnd));
}

PgAnswer<PgConnection::Results> PgConnection::Begin(const std::vector<PgCall>& calls) {
  return OrRollBack(RunBetween(beginning_, calls, {}));
}

PgAnswer<PgConnection::Results> PgConnection::Commit(const std::vector<PgCall>& calls) {
  return OrRollBack(RunBetween({}, calls, kEnd));
}

// Answers for `calls` only.
PgAnswer<PgConnection::Results> PgConnection::RunBetween(Statements before,
                                                         const std::vector<PgCall>& calls,
                                                         Statements after) {
  for (const PgStatement& statement : before) Send({statement});
  for (const PgCall& call : calls) Send(call);
  for (const PgStatement& statement : after) Send({statement});
  SendSync();
  Results results;
  std::optional<PgError> error;
  const std::size_t end_of_calls = before.size() + calls.size();
  for (std::size_t i = 0; i < end_of_calls + after.size(); ++i) {
    PgAnswer<PgResult> answer = Take();
    if (!answer && !error) {
      error = std::move(answer).error();
      error->at_commit |= i >= end_of_calls;
    } else if (answer && i >= before.size() && i < end_of_calls) {
      results.push_back(*std::move(answer));
    }
  }
  std::optional<PgError> end = TakeSync();
  if (end && !error) {
    error = std::move(end);
    error->at_commit = true;
  }
  if (!error) return results;
  error->lost = lost_;
  return Unexpected(*std::move(error));
}

PgAnswer<PgConnection::Results> PgConnection::OrRollBack(PgAnswer<Results> results) {
  if (!results) RollBack();
  return results;
}

std::vector<PgAnswer<PgResult>> PgConnection::RunEach(const std::vector<PgCall>& calls) {
  for (const PgCall& call : calls) {
    Send(call);
    SendSync();
  }
  std::vector<PgAnswer<PgResult>> answers;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    answers.push_back(Take());
    if (auto error = TakeSync(); error && answers.back()) answers.back() = Unexpected(*error);
  }
  return answers;
}

PgAnswer<PgResult> PgConnection::RunOne(const PgStatement& statement, PgParams params) {
  std::vector<PgCall> calls;
  calls.push_back({statement, std::move(params)});
  auto results = Run(calls);
  if (!results) return Unexpected(std::move(results).error());
  return std::move(results->front());
}

bool PgConnection::IsAlive() {
  pollfd socket{PQsocket(connection_), POLLIN, 0};
  while (!lost_ && poll(&socket, 1, 0) > 0) {
    if (PQconsumeInput(connection_) != 1 || PQstatus(connection_) == CONNECTION_BAD) lost_ = true;
  }
  return !lost_;
}

void PgConnection::RollBack() {
  if (lost_ || PQtransactionStatus(connection_) == PQTRANS_IDLE) return;
  static_cast<void>(RunOne({nullptr, "ROLLBACK"}));
}

Result<std::string> PgConnection::Quoted(std::string_view name) {
  const std::unique_ptr<char, FreeMemory> quoted(
      PQescapeIdentifier(connection_, name.data(), name.size()));
  if (quoted == nullptr) return Invalid("not a name that a database can have");
  return std::string(quoted.get());
}

// For the session, so that a change of the database's settings does not reach it either.
PgAnswer<PgResult> PgConnection::KeepDurable() {
  const std::string sql =
      std::string("SELECT set_config('synchronous_commit', ") + kDurable + ", false)";
  return RunOne({nullptr, sql.c_str()});
}

PgAnswer<PgResult> PgConnection::Prepare(std::span<const PgStatement> statements) {
  for (const PgStatement& statement : statements) {
    if (PQsendPrepare(connection_, statement.name, statement.sql, 0, nullptr) != 1) lost_ = true;
  }
  SendSync();
  PgAnswer<PgResult> last = PgResult(nullptr);
  for (std::size_t i = 0; i < statements.size(); ++i) {
    PgAnswer<PgResult> answer = Take();
    if (last) last = std::move(answer);
  }
  if (auto error = TakeSync(); error && last) return Unexpected(*std::move(error));
  return last;
}

void PgConnection::Send(const PgCall& call) {
  if (lost_) return;
  const auto& [statement, params] = call;
  const int sent =
      prepared_ && statement.name != nullptr
          ? PQsendQueryPrepared(connection_, statement.name, params.Count(), params.Values(),
                                params.Lengths(), params.Formats(), kBinary)
          : PQsendQueryParams(connection_, statement.sql, params.Count(), nullptr, params.Values(),
                              params.Lengths(), params.Formats(), kBinary);
  if (sent != 1) lost_ = true;
}

void PgConnection::SendSync() {
  if (!lost_ && PQpipelineSync(connection_) != 1) lost_ = true;
}

PgAnswer<PgResult> PgConnection::Take() {
  std::optional<PgResult> answer;
  std::optional<PgError> error;
  for (;;) {
    if (lost_ || !WaitForAnswer()) return Unexpected(Lost());
    PGresult* raw = PQgetResult(connection_);
    if (raw == nullptr) break;  // That was all of this statement.
    PgResult result(raw);
    const ExecStatusType status = PQresultStatus(raw);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      answer = std::move(result);
    } else if (!error) {
      error = ErrorIn(raw);
      error->at_commit = answer.has_value();  // The call itself was done.
    }
  }
  if (error) return Unexpected(*std::move(error));
  if (!answer) return Unexpected(Lost());
  return *std::move(answer);
}

// A commit that fails at the very end, and a server that dies there, are only seen at the Sync.
std::optional<PgError> PgConnection::TakeSync() {
  std::optional<PgError> error;
  for (;;) {
    if (lost_ || !WaitForAnswer()) return Lost();
    PGresult* raw = PQgetResult(connection_);
    if (raw == nullptr) continue;
    const PgResult result(raw);
    if (PQresultStatus(raw) == PGRES_PIPELINE_SYNC) return error;
    if (!error) error = ErrorIn(raw);
  }
}

PgError PgConnection::ErrorIn(const pg_result* result) {
  PgError error{FieldOf(result, PG_DIAG_SQLSTATE), FieldOf(result, PG_DIAG_MESSAGE_PRIMARY)};
  if (PQstatus(connection_) == CONNECTION_BAD || IsGoodbye(error.code)) lost_ = true;
  error.lost = lost_;
  return error;
}

// Sends what is left to send and waits until an answer can be read without waiting.  A server that
// takes more of what is sent is not silent, however long that takes.
bool PgConnection::WaitForAnswer() {
  SteadyTime started = clock_.Steady();
  for (;;) {
    const int unsent = PQflush(connection_);
    if (unsent >= 0 && PQisBusy(connection_) == 0) return true;
    int wait_ms = -1;
    if (answer_timeout_) {
      const auto left = started + *answer_timeout_ - clock_.Steady();
      wait_ms = static_cast<int>(std::max<std::int64_t>(
          0, std::chrono::duration_cast<std::chrono::milliseconds>(left).count()));
    }
    const short events = static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN);
    pollfd socket{PQsocket(connection_), events, 0};
    const int ready = unsent < 0 || wait_ms == 0 ? 0 : poll(&socket, 1, wait_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    if ((socket.revents & POLLOUT) != 0) started = clock_.Steady();
    if ((socket.revents & ~POLLOUT) != 0 && PQconsumeInput(connection_) != 1) break;
  }
  lost_ = true;
  return false;
}

PgError PgConnection::Lost() {
  lost_ = true;
  const std::string message = PQerrorMessage(connection_);
  return {"", message.empty() ? "the server does not answer" : message, true};
}

Unexpected<Failure> UnavailableFrom(const PgError& error) {
  return Unavailable("the database is away", error.code + " " + error.message);
}

Unexpected<Failure> FailureFrom(const PgError& error) {
  if (error.code == "57014") return Overloaded("the database is busy");
  if (error.IsDamage()) {
    return Corrupt("stored data is damaged", error.message);
  }
  return UnavailableFrom(error);
}

}  // namespace vss::store
