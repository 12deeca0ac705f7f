// What doctor says about a certificate.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/cli/shell.h"

namespace vss::testing {
namespace {

// What doctor prints about a server whose certificate ends in so many days.
std::string SaysOfTls(int days) {
  Shell shell;
  const Ran made = shell.Run(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=server "
      "-addext subjectAltName=IP:127.0.0.1 -keyout key -out certificate -days " +
      std::to_string(days));
  EXPECT_EQ(made.exit_code, 0) << made.errors;
  Environment settings = PlainSettings();
  settings["VSS_STORE_KIND"] = "memory";
  settings["VSS_SERVER_TLS_CERTIFICATE"] = shell.Path("certificate");
  settings["VSS_SERVER_TLS_KEY"] = shell.Path("key");
  const auto server = StartProcess({.environment = settings, .output = shell.Path("server")});
  return shell
      .Run("vss --ca-file certificate doctor https://127.0.0.1:" + std::to_string(server->port()) +
           "/vss | grep ' tls '")
      .output;
}

TEST(Doctor, WarnsBeforeACertificateEnds) {
  const std::string soon = SaysOfTls(13);
  EXPECT_EQ(soon.find("warning  tls             the certificate is valid until 20"), 0U) << soon;
  const std::string later = SaysOfTls(15);
  EXPECT_EQ(later.find("ok       tls             the certificate is valid until 20"), 0U) << later;
}

}  // namespace
}  // namespace vss::testing
