// vss: a wallet's state on the command line.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "apps/vss/command_line.h"

namespace {

// Neither a file nor a debugger of the same user shall have the wallet's seed.
void KeepMemoryPrivate() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__)  // Which looks for leaks as a debugger does.
  prctl(PR_SET_DUMPABLE, 0);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  KeepMemoryPrivate();
  signal(SIGPIPE, SIG_IGN);
  return vss::apps::RunCommandLine(argc, argv);
}
