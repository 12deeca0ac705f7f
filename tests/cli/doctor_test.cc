// What doctor says about a certificate.

#include <gtest/gtest.h>

#include <string>

#include "tests/cli/shell.h"

namespace vss::testing {
namespace {

// What doctor prints about a server whose certificate ends in so many days.
std::string SaysOfTls(int days, const std::string& options = "") {
  Shell shell;
  const std::string url = shell.ServeTls(days);
  return shell.Run("vss --ca-file certificate doctor " + url + options + " | grep ' tls '").output;
}

TEST(Doctor, WarnsBeforeACertificateEnds) {
  const std::string soon = SaysOfTls(13);
  EXPECT_EQ(soon.find("warning  tls             the certificate is valid until 20"), 0U) << soon;
  const std::string later = SaysOfTls(15);
  EXPECT_EQ(later.find("ok       tls             the certificate is valid until 20"), 0U) << later;
}

TEST(Doctor, AsksNoProxyForThisMachine) {
  const std::string says = SaysOfTls(15, " --proxy http://127.0.0.1:9");
  EXPECT_EQ(says.find("ok       tls             the certificate is valid until 20"), 0U) << says;
}

}  // namespace
}  // namespace vss::testing
