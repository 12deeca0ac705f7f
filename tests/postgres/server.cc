#include "tests/postgres/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>
#include <utility>

#include "base/check.h"

namespace vss::testing {
namespace {

namespace fs = std::filesystem;

// The folder of the programs that are asked for, or of the newest version's; empty if there is
// none.
std::string FindPrograms() {
  if (const char* const given = std::getenv("VSS_POSTGRES_BIN")) return given;
  std::string newest;
  int newest_version = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version <= newest_version || !fs::exists(entry.path() / "bin/postgres")) continue;
    newest_version = version;
    newest = entry.path() / "bin";
  }
  return newest;
}

// PostgreSQL refuses to run as root.
const passwd* Unprivileged() {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  return user != nullptr ? user : getpwnam("nobody");
}

}  // namespace

// Below those that the system gives to outgoing connections: one of these may take a port between
// this look and the start of who wants it.
int FreePort() {
  std::random_device chance;
  std::uniform_int_distribution<int> ports(10'000, 32'767);
  for (;;) {
    const int port = ports(chance);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    CHECK(socket >= 0);
    const bool is_free =
        bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(socket);
    if (is_free) return port;
  }
}

pid_t Spawn(const std::vector<std::string>& arguments, const std::string& log) {
  const passwd* user = Unprivileged();
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid > 0) return pid;
  if (user != nullptr &&
      (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
    _exit(126);
  }
  prctl(PR_SET_PDEATHSIG, SIGQUIT);  // A crashed test leaves no server behind.
  const int out = open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0644);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  execv(argv[0], argv.data());
  _exit(127);
}

std::unique_ptr<PostgresServer> PostgresServer::Start(Durability durability,
                                                      std::vector<std::string> settings) {
  const std::string programs = FindPrograms();
  if (programs.empty()) {
    std::fprintf(stderr, "SKIPPED: no PostgreSQL server is installed in /usr/lib/postgresql\n");
    return nullptr;
  }
  std::string directory = (fs::temp_directory_path() / "vss-postgres-XXXXXX").string();
  CHECK(mkdtemp(directory.data()) != nullptr);
  if (const passwd* user = Unprivileged()) {
    CHECK(chown(directory.c_str(), user->pw_uid, user->pw_gid) == 0);
  }
  if (durability == Durability::kOff) settings.emplace_back("fsync=off");
  std::unique_ptr<PostgresServer> server(
      new PostgresServer(programs, directory, FreePort(), std::move(settings)));
  server->Initialise();
  server->StartAgain();
  return server;
}

PostgresServer* PostgresServer::Shared() {
  static const std::unique_ptr<PostgresServer> server =
      Start(Durability::kOff, {"deadlock_timeout=20ms"});
  return server.get();
}

PostgresServer::PostgresServer(std::string programs, std::string directory, int port,
                               std::vector<std::string> settings)
    : programs_(std::move(programs)),
      directory_(std::move(directory)),
      port_(port),
      settings_(std::move(settings)) {}

PostgresServer::~PostgresServer() {
  Stop(SIGINT);
  fs::remove_all(directory_);
}

store::PostgresOptions PostgresServer::Options() {
  store::PostgresOptions options;
  options.hosts = "127.0.0.1:" + std::to_string(port_);
  options.user = "vss";
  options.vss_database = "Vss " + std::to_string(++databases_);  // A name that needs quotes.
  options.commit_lanes = 2;
  options.read_lanes = 2;
  return options;
}

void PostgresServer::Stop(int signal) {
  if (pid_ == 0) return;
  kill(pid_, signal);
  // A polite stop in the middle of a crash recovery is one that PostgreSQL 15 may never come to.
  for (int i = 0; waitpid(pid_, nullptr, WNOHANG) == 0; ++i) {
    if (i == 500) kill(pid_, SIGQUIT);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  pid_ = 0;
}

void PostgresServer::StartAgain() {
  std::vector<std::string> arguments = {programs_ + "/postgres", "-D", directory_ + "/data"};
  for (const std::string& setting :
       {"port=" + std::to_string(port_), std::string("listen_addresses=127.0.0.1"),
        "unix_socket_directories=" + directory_, std::string("max_connections=200"),
        std::string("timezone=Pacific/Auckland")}) {
    arguments.insert(arguments.end(), {"-c", setting});
  }
  for (const std::string& setting : settings_) arguments.insert(arguments.end(), {"-c", setting});
  pid_ = Spawn(arguments, directory_ + "/log");
  CHECK(AwaitReady());
}

void PostgresServer::Initialise() {
  const pid_t pid = Spawn({programs_ + "/initdb", "-D", directory_ + "/data", "-U", "vss", "-A",
                           "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"},
                          directory_ + "/log");
  int status = 0;
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

bool PostgresServer::AwaitReady() {
  const std::string target =
      "host=127.0.0.1 user=vss dbname=postgres port=" + std::to_string(port_);
  for (int i = 0; i < 600; ++i) {
    PGconn* connection = PQconnectdb(target.c_str());
    const bool is_ready = PQstatus(connection) == CONNECTION_OK;
    PQfinish(connection);
    if (is_ready) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

std::vector<std::string> PostgresServer::Query(const std::string& database,
                                               const std::string& sql) {
  return SqlSession(port_, database).Run(sql);
}

SqlSession::SqlSession(int port, const std::string& database)
    : connection_(PQsetdbLogin("127.0.0.1", std::to_string(port).c_str(), nullptr, nullptr,
                               database.c_str(), "vss", nullptr)) {}

SqlSession::~SqlSession() { PQfinish(connection_); }

std::vector<std::string> SqlSession::Run(const std::string& sql) {
  PGresult* result = PQexec(connection_, sql.c_str());
  std::vector<std::string> rows;
  if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK) {
    rows.push_back(std::string("error: ") + PQerrorMessage(connection_));
  }
  for (int row = 0; row < PQntuples(result); ++row) {
    std::string line;
    for (int column = 0; column < PQnfields(result); ++column) {
      if (column > 0) line += '|';
      line += PQgetvalue(result, row, column);
    }
    rows.push_back(std::move(line));
  }
  PQclear(result);
  return rows;
}

}  // namespace vss::testing
