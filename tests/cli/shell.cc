#include "tests/cli/shell.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "base/check.h"

namespace vss::testing {

Shell::Shell() {
  environment = {{"HOME", Path("")},
                 {"PATH", std::string(VSS_PROGRAM_FOLDER) + ":/usr/bin:/bin"},
                 {"LC_ALL", "C.UTF-8"},
                 {"TZ", "UTC"}};
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
}

std::string Shell::Serve(const std::string& schemes) {
  Environment settings = PlainSettings();
  settings["VSS_AUTH_SCHEMES"] = schemes;
  return Serve(std::move(settings));
}

std::string Shell::ServeTls(int days) {
  const Ran made =
      Run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=server "
          "-addext subjectAltName=IP:127.0.0.1 -keyout key -out certificate -days " +
          std::to_string(days));
  EXPECT_EQ(made.exit_code, 0) << made.errors;
  Environment settings = PlainSettings();
  settings["VSS_SERVER_TLS_CERTIFICATE"] = Path("certificate");
  settings["VSS_SERVER_TLS_KEY"] = Path("key");
  Serve(std::move(settings));
  return "https://127.0.0.1:" + std::to_string(servers_.back()->port()) + "/vss";
}

std::string Shell::Serve(Environment settings) {
  settings["VSS_STORE_KIND"] = "memory";
  const std::string name = "server-" + std::to_string(servers_.size());
  servers_.push_back(StartProcess({.environment = std::move(settings), .output = Path(name)}));
  return servers_.back()->Base() + "/vss";
}

pid_t Shell::Spawn(const std::string& command, const std::string& output,
                   const std::string& errors) {
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid > 0) return pid;
  // Only what is allowed between fork and exec in a program with threads, nearly: the child is
  // alone, and allocates nothing that another thread may hold.
  const int flags = O_WRONLY | O_CREAT | O_TRUNC;
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(open(output.c_str(), flags, 0600), STDOUT_FILENO);
  dup2(open(errors.c_str(), flags, 0600), STDERR_FILENO);
  if (chdir(Path("").c_str()) != 0) _exit(126);
  clearenv();
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  execl("/bin/bash", "bash", "-c", command.c_str(), nullptr);
  _exit(127);
}

int Shell::Wait(pid_t pid) {
  int status = 0;
  CHECK(waitpid(pid, &status, 0) == pid);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

Ran Shell::Run(const std::string& command) {
  const std::string output = Path(".output");
  const std::string errors = Path(".errors");
  const int exit_code = Wait(Spawn(command, output, errors));
  return {exit_code, ReadWholeFile(output), ReadWholeFile(errors)};
}

pid_t Shell::Start(const std::string& command) {
  // The shell gives its place to the program, so that a signal reaches that.
  return Spawn("exec " + command, Path(".output-started"), Path(".errors-started"));
}

}  // namespace vss::testing
