// The real vss-server in a process of its own, for tests of what only a process can show: how it
// starts and stops, and what is left when it is killed.
//
// Everything it says goes into a file; its ports are read from there, so that servers of tests
// that run side by side never meet.  Its environment is empty but for what a test puts there.
#ifndef VSS_TESTS_E2E_SERVER_PROCESS_H_
#define VSS_TESTS_E2E_SERVER_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vss::testing {

using Environment = std::map<std::string, std::string>;

// On loopback, on free ports, without authentication, and without a limit that a test could meet
// by accident.
Environment PlainSettings();

struct Launch {
  Environment environment;
  std::vector<std::string> arguments = {};
  std::string folder = "/";  // Where it is started.
  std::string output;        // The file that its standard output and error are appended to.
};

class ServerProcess final {
 public:
  // Returns as soon as it runs; CHECKs that it can be started at all.
  explicit ServerProcess(Launch launch);
  ~ServerProcess();  // Kills what still runs.
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Until it listens.  Fails the test if it ends instead.
  void AwaitListening();

  pid_t pid() const { return pid_; }
  std::uint16_t port() const { return port_; }
  std::string Base() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string AdminBase() const { return "http://127.0.0.1:" + std::to_string(admin_port_); }

  void Signal(int signal) const;
  // Its exit code, or minus the signal that ended it.  Fails the test if it has not ended in time.
  int Wait(std::chrono::seconds time_max = std::chrono::seconds(60));
  bool HasEnded();
  int Stop(int signal) {
    Signal(signal);
    return Wait();
  }

  // All that it, and whoever used the same file before it, has said so far.
  std::string Output() const;
  // How much memory it has in use, in bytes.
  std::uint64_t ResidentBytes() const;

 private:
  const std::string output_;
  std::size_t output_before_ = 0;
  pid_t pid_ = -1;
  std::optional<int> end_;
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
};

// Starts it and waits until it listens.
std::unique_ptr<ServerProcess> StartProcess(Launch launch);

// Runs it to its end: exit code and everything said.
struct Ended {
  int exit_code;
  std::string output;
};
Ended RunServer(const std::vector<std::string>& arguments, Environment environment = {});

// What a test waits for must come true within a generous time.
template <typename Condition>
bool Eventually(Condition condition, std::chrono::seconds time_max = std::chrono::seconds(60));

std::string ReadWholeFile(const std::string& path);
void Pause(std::chrono::milliseconds time);

template <typename Condition>
bool Eventually(Condition condition, std::chrono::seconds time_max) {
  const auto end = std::chrono::steady_clock::now() + time_max;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    Pause(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace vss::testing

#endif  // VSS_TESTS_E2E_SERVER_PROCESS_H_
