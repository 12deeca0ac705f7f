// vss: a wallet's state on the command line.

#include <signal.h>

#include "apps/vss/command_line.h"

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  return vss::apps::RunCommandLine(argc, argv);
}
