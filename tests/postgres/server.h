// A PostgreSQL server for tests: its own data directory, a free port on loopback, thrown away at
// the end.  The newest version installed is used, or the programs in $VSS_POSTGRES_BIN; if there
// is none, tests that need one are skipped.
#ifndef VSS_TESTS_POSTGRES_SERVER_H_
#define VSS_TESTS_POSTGRES_SERVER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "store/postgres/postgres_options.h"

struct pg_conn;

namespace vss::testing {

// A port on loopback that nobody listens on.
int FreePort();

// Starts a program as an unprivileged user (as ourselves, if we are not root), its output appended
// to the file `log`.  It is told to quit should this process crash.
pid_t Spawn(const std::vector<std::string>& arguments, const std::string& log);

// An ordinary client's connection, kept open.
class SqlSession final {
 public:
  SqlSession(int port, const std::string& database);
  ~SqlSession();
  SqlSession(const SqlSession&) = delete;
  SqlSession& operator=(const SqlSession&) = delete;

  // Runs statements and returns the rows of the last one, columns separated by '|'.
  std::vector<std::string> Run(const std::string& sql);

 private:
  pg_conn* const connection_;
};

class PostgresServer final {
 public:
  enum class Durability { kOff, kOn };

  // nullptr if no PostgreSQL is installed, after saying so on stderr.
  static std::unique_ptr<PostgresServer> Start(Durability durability,
                                               std::vector<std::string> settings = {});
  // The server that all tests of a program share, started by the first.  Nothing on it is durable.
  static PostgresServer* Shared();

  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  int port() const { return port_; }

  // For a database of its own, that does not exist yet.
  store::PostgresOptions Options();

  void Stop(int signal);  // SIGINT: disconnect everybody and stop.  SIGQUIT: crash.
  void StartAgain();

  // The same over a connection of its own.
  std::vector<std::string> Query(const std::string& database, const std::string& sql);

 private:
  PostgresServer(std::string programs, std::string directory, int port,
                 std::vector<std::string> settings);

  void Initialise();
  bool AwaitReady();

  const std::string programs_;
  const std::string directory_;
  const int port_;
  const std::vector<std::string> settings_;
  pid_t pid_ = 0;
  int databases_ = 0;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_POSTGRES_SERVER_H_
