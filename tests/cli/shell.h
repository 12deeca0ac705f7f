// Command lines, run by a shell in a folder of their own where `vss` is the built program.
#ifndef VSS_TESTS_CLI_SHELL_H_
#define VSS_TESTS_CLI_SHELL_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>

#include "tests/e2e/server_process.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {

struct Ran {
  int exit_code = 0;  // Or minus the signal that ended it.
  std::string output;
  std::string errors;
};

// Threads: one.
class Shell final {
 public:
  // HOME is the folder; nothing else of the test's environment is passed on.
  Shell();

  Environment environment;

  Ran Run(const std::string& command);
  // Without waiting for its end.
  pid_t Start(const std::string& command);
  // The exit code or minus the signal.
  static int Wait(pid_t pid);

  std::string Path(const std::string& name) const { return folder_.Path(name); }

  // A server that lives as long as the shell; its base URL.
  std::string Serve(const std::string& schemes);
  // The same over TLS, for whom the file "certificate" vouches for so many days.
  std::string ServeTls(int days);

 private:
  std::string Serve(Environment settings);
  pid_t Spawn(const std::string& command, const std::string& output, const std::string& errors);

  const TempFolder folder_;
  std::vector<std::unique_ptr<ServerProcess>> servers_;
};

}  // namespace vss::testing

#endif  // VSS_TESTS_CLI_SHELL_H_
