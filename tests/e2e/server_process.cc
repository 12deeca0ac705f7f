#include "tests/e2e/server_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "base/check.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {
namespace {

namespace fs = std::filesystem;

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Block(Environment environment) {
  // What a program built with a sanitizer or for coverage needs to know.
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) environment.try_emplace(name, value);
  }
  std::vector<std::string> block;
  block.reserve(environment.size());
  for (const auto& [name, value] : environment) block.emplace_back(name).append("=").append(value);
  return block;
}

// The port in the first event of that name, in text or JSON; 0 if there is none.
std::uint16_t PortIn(const std::string& said, const std::string& event) {
  const std::size_t line = said.find(event);
  const std::size_t port = line == std::string::npos ? line : said.find("port", line);
  if (port == std::string::npos) return 0;
  return static_cast<std::uint16_t>(std::stoi(said.substr(said.find_first_of("0123456789", port))));
}

// The last event of a start.
bool SaysReady(const std::string& said) {
  return said.find(" ready version=") != std::string::npos ||
         said.find("\"event\":\"ready\"") != std::string::npos;
}

}  // namespace

Environment PlainSettings() {
  return {{"VSS_SERVER_LISTEN", "127.0.0.1:0"},
          {"VSS_ADMIN_LISTEN", "127.0.0.1:0"},
          {"VSS_AUTH_SCHEMES", "none"},
          {"VSS_LIMITS_CONNECTIONS_PER_ADDRESS_MAX", "20000"},
          {"VSS_LIMITS_TENANT_REQUESTS_PER_SECOND", "0"},
          {"VSS_LIMITS_TENANT_BYTES_PER_SECOND", "0"},
          {"VSS_LIMITS_ADDRESS_REQUESTS_PER_SECOND", "0"},
          {"VSS_LIMITS_ADDRESS_BYTES_PER_SECOND", "0"},
          {"VSS_LIMITS_ADDRESS_NEW_TENANTS_PER_HOUR", "0"},
          {"VSS_LIMITS_ADDRESS_FAILED_AUTHENTICATIONS_PER_MINUTE", "0"}};
}

ServerProcess::ServerProcess(Launch launch) : output_(launch.output) {
  std::error_code missing;
  const auto before = fs::file_size(output_, missing);
  output_before_ = missing ? 0 : static_cast<std::size_t>(before);

  std::vector<std::string> arguments = {VSS_SERVER_PROGRAM};
  arguments.insert(arguments.end(), launch.arguments.begin(), launch.arguments.end());
  std::vector<std::string> environment = Block(std::move(launch.environment));
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  const int output = open(output_.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK(output >= 0 && input >= 0);

  pid_ = fork();
  CHECK(pid_ >= 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // A crashed test leaves no server behind.
    if (chdir(launch.folder.c_str()) != 0) _exit(126);
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  close(input);
  close(output);
}

ServerProcess::~ServerProcess() {
  if (!end_) Stop(SIGKILL);
}

void ServerProcess::AwaitListening() {
  ASSERT_TRUE(Eventually([this] {
    return SaysReady(Output().substr(output_before_)) || HasEnded();
  })) << Output();
  ASSERT_FALSE(HasEnded()) << Output();
  const std::string said = Output().substr(output_before_);
  port_ = PortIn(said, "listening");
  admin_port_ = PortIn(said, "admin listening");
  ASSERT_NE(port_, 0) << said;
}

void ServerProcess::Signal(int signal) const { kill(pid_, signal); }

bool ServerProcess::HasEnded() {
  if (end_) return true;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
  end_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return true;
}

int ServerProcess::Wait(std::chrono::seconds time_max) {
  if (!Eventually([this] { return HasEnded(); }, time_max)) {
    ADD_FAILURE() << "the server does not end:\n" << Output();
    Signal(SIGKILL);
    Eventually([this] { return HasEnded(); });
  }
  return end_.value_or(-1);
}

std::string ServerProcess::Output() const { return ReadWholeFile(output_); }

std::uint64_t ServerProcess::ResidentBytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::unique_ptr<ServerProcess> StartProcess(Launch launch) {
  auto process = std::make_unique<ServerProcess>(std::move(launch));
  process->AwaitListening();
  return process;
}

Ended RunServer(const std::vector<std::string>& arguments, Environment environment) {
  const TempFolder folder;
  ServerProcess process(
      {std::move(environment), arguments, folder.Path(""), folder.Path("output")});
  const int exit_code = process.Wait();
  return {exit_code, process.Output()};
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Pause(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

}  // namespace vss::testing
