// What lss-cli does.  Each command prints its result and says why it failed.
#ifndef VSS_APPS_LSS_CLI_COMMANDS_H_
#define VSS_APPS_LSS_CLI_COMMANDS_H_

#include <string>

#include "base/failure.h"
#include "core/record.h"
#include "lss_client/transport.h"

namespace vss::apps {

// The files of the original program, all in one folder:
//
//   client-key      this client's secret key: 64 hex digits
//   server-pubkey   the server that it knows: 66 hex digits, a compressed public key
struct Home {
  std::string folder;  // "/home/somebody/.lss"

  std::string ClientKey() const { return folder + "/client-key"; }
  std::string ServerKey() const { return folder + "/server-pubkey"; }
};

enum class IfServerDiffers { kRefuse, kAccept };

Result<Done> Ping(lss_client::Transport& transport);
// Makes the client's key unless there is one, and gets to know the server.
Result<Done> Init(const Home& home, lss_client::Transport& transport, IfServerDiffers if_differs);
Result<Done> Info(const Home& home);  // Asks nobody.
Result<Done> Get(const Home& home, lss_client::Transport& transport, const std::string& prefix);
// kInvalid, after the conflict has been printed, if there is one.
Result<Done> Put(const Home& home, lss_client::Transport& transport, const std::string& key,
                 Version version, const std::string& value_hex);

}  // namespace vss::apps

#endif  // VSS_APPS_LSS_CLI_COMMANDS_H_
