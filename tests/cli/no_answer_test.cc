// Servers that cannot be reached: what somebody at a terminal learns of it, and how soon.

#include <gtest/gtest.h>

#include <string>

#include "tests/cli/shell.h"
#include "tests/client/scripted_server.h"

namespace vss::testing {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(NoAnswer, ACertificateThatDoesNotVerifyIsNotAskedForAgain) {
  Shell shell;
  shell.environment["VSS_URL"] = shell.ServeTls(30);
  const Ran list = shell.Run("vss list");
  EXPECT_EQ(list.exit_code, 6);
  EXPECT_TRUE(Has(list.errors, "vss: the server cannot be reached: ")) << list.errors;
  EXPECT_TRUE(Has(list.errors, "--ca-file")) << list.errors;
  EXPECT_TRUE(Has(list.errors, "see vss doctor")) << list.errors;
  EXPECT_TRUE(Has(shell.Run("vss doctor").output, "--ca-file"));
}

TEST(NoAnswer, ANameThatDoesNotExistIsNotAskedForAgain) {
  Shell shell;  // No name server is asked for a part of more than 63 letters.
  const Ran list = shell.Run("vss --url https://" + std::string(64, 'a') + ".example/vss list");
  EXPECT_EQ(list.exit_code, 6);
  EXPECT_TRUE(Has(list.errors, "vss: the server cannot be reached: ")) << list.errors;
  EXPECT_TRUE(Has(list.errors, "see vss doctor")) << list.errors;
}

TEST(NoAnswer, SilenceIsRemarkedUponOnATerminal) {
  ScriptedServer server([](Peer& peer) { peer.AwaitEnd(); });
  Shell shell;
  shell.environment["VSS_URL"] = server.Url() + "/vss";
  shell.environment["VSS_TIMEOUT"] = "2";
  const std::string remark = "vss: no answer from " + server.Url() + " yet, trying on";
  EXPECT_TRUE(Has(shell.Run("script -qec 'vss list' /dev/null").output, remark));
  EXPECT_FALSE(Has(shell.Run("script -qec 'vss --json list' /dev/null").output, remark));
  EXPECT_FALSE(Has(shell.Run("vss list").errors, remark));
}

TEST(NoAnswer, WhoeverAnswersAtOnceIsNotRemarkedUpon) {
  Shell shell;
  shell.environment["VSS_URL"] = shell.Serve("none");
  EXPECT_EQ(shell.Run("script -qec 'vss list' /dev/null").output, "");
}

}  // namespace
}  // namespace vss::testing
