// Who is told who is calling: what was said for one server does not go to another.

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <string>

#include "tests/cli/shell.h"
#include "tests/client/scripted_server.h"

namespace vss::testing {
namespace {

// Refuses everybody, and remembers what they said.
class Listener {
 public:
  std::string Url() const { return server_.Url() + "/vss"; }

  // The Authorization headers since the last call; "" for a request without.
  std::set<std::string> Heard() {
    const std::lock_guard lock(mutex_);
    return std::exchange(heard_, {});
  }

 private:
  void Listen(Peer& peer) {
    const std::string request = peer.ReadRequest();
    if (request.empty()) return;
    constexpr std::string_view kName = "\r\nAuthorization: ";
    const std::size_t at = request.find(kName);
    const std::size_t start = at + kName.size();
    {
      const std::lock_guard lock(mutex_);
      heard_.insert(
          at == std::string::npos ? "" : request.substr(start, request.find('\r', start) - start));
    }
    peer.Send("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  }

  std::mutex mutex_;
  std::set<std::string> heard_;
  ScriptedServer server_{[this](Peer& peer) { Listen(peer); }};
};

const std::set<std::string> kNothing = {""};
const std::set<std::string> kTokenOfHome = {"Bearer home"};
const std::set<std::string> kTokenGiven = {"Bearer given"};

class Credentials : public ::testing::Test {
 protected:
  Credentials() {
    shell_.environment["HOME_URL"] = home_.Url();
    shell_.environment["OTHER_URL"] = other_.Url();
    shell_.environment["VSS_TIMEOUT"] = "5";
    shell_.Run(
        "umask 077; echo home > home.token; echo given > given.token; "
        "echo abandon{,,,,,,,,,,} about > words; mkdir -p .config/vss; "
        "cp home.token words .config/vss; cat > .config/vss/config.toml <<END\n"
        "default_profile = \"home\"\n"
        "[profile.home]\nurl = \"$HOME_URL\"\ntoken_file = \"home.token\"\n"
        "[profile.wallet]\nurl = \"$HOME_URL\"\nmnemonic_file = \"words\"\n"
        "[profile.other]\nurl = \"$OTHER_URL\"\nstore = \"theirs\"\n"
        "END\n");
  }
  void Run(const std::string& command) {
    const Ran ran = shell_.Run(command);
    EXPECT_EQ(ran.exit_code, 5) << command << ": " << ran.errors;
  }
  // What the other server hears of this command.
  std::set<std::string> OtherHears(const std::string& command) {
    other_.Heard();
    Run(command);
    return other_.Heard();
  }

  Listener home_;
  Listener other_;
  Shell shell_;
};

TEST_F(Credentials, OfAProfileGoToItsServer) {
  Run("vss --raw list");
  EXPECT_EQ(home_.Heard(), kTokenOfHome);
  Run("vss --url $HOME_URL/ --raw list");  // The same server, said again.
  EXPECT_EQ(home_.Heard(), kTokenOfHome);
  Run("vss -p wallet --raw list");
  EXPECT_NE(home_.Heard(), kNothing);
}

TEST_F(Credentials, OfAProfileDoNotGoToAnotherServer) {
  EXPECT_EQ(OtherHears("vss --url $OTHER_URL list"), kNothing);
  EXPECT_EQ(OtherHears("VSS_URL=$OTHER_URL vss list"), kNothing);
  EXPECT_EQ(OtherHears("vss doctor $OTHER_URL"), kNothing);
  EXPECT_EQ(OtherHears("vss copy $OTHER_URL home"), kNothing);
  EXPECT_EQ(OtherHears("vss -p wallet --url $OTHER_URL --raw list"), kNothing);
}

TEST_F(Credentials, ThatWereNotSentAreNotSaidToBeRefused) {
  const std::string nobody = "no credentials were sent";
  const auto says = [&](const std::string& command) { return shell_.Run(command).errors; };
  EXPECT_NE(says("vss --url $OTHER_URL list").find(nobody + ": those beside " + home_.Url()),
            std::string::npos);
  EXPECT_NE(says("vss -p wallet --url $OTHER_URL --raw list").find(nobody + ": those beside"),
            std::string::npos);
  EXPECT_NE(says("vss -p other list").find(nobody + ", for none are given"), std::string::npos);
  EXPECT_NE(says("vss --auth none list").find(nobody + ", as auth says"), std::string::npos);
  EXPECT_EQ(says("vss list").find(nobody), std::string::npos);
}

TEST_F(Credentials, ACopyNamesTheServerThatRefusesThem) {
  EXPECT_EQ(shell_.Run("vss copy home other").errors.find("vss: " + home_.Url() + ": "), 0U);
  shell_.environment["OPEN"] = shell_.Serve("none");
  const std::string errors = shell_.Run("vss copy $OPEN home").errors;
  EXPECT_EQ(errors.find("vss: " + home_.Url() + ": "), 0U) << errors;
}

TEST_F(Credentials, OfTheEnvironmentBelongToItsUrl) {
  shell_.environment["VSS_URL"] = home_.Url();
  shell_.environment["VSS_TOKEN_FILE"] = "given.token";
  EXPECT_EQ(OtherHears("vss --url $OTHER_URL list"), kNothing);
  EXPECT_EQ(OtherHears("VSS_URL= vss --url $OTHER_URL list"), kTokenGiven);
}

TEST_F(Credentials, GivenForTheOtherServerGoThere) {
  EXPECT_EQ(OtherHears("vss --url $OTHER_URL --token-file given.token list"), kTokenGiven);
  EXPECT_NE(OtherHears("vss --url $OTHER_URL --mnemonic-file words list"), kNothing);
  EXPECT_NE(OtherHears("vss -p wallet --url $OTHER_URL --auth signature list"), kNothing);
}

TEST_F(Credentials, OfBothEndsOfACopyStayApart) {
  const std::string given = "VSS_TOKEN_FILE=given.token vss ";
  Run(given + "copy home other");
  EXPECT_EQ(home_.Heard(), kTokenOfHome);
  Run(given + "copy wallet other");
  EXPECT_NE(home_.Heard(), kTokenGiven);
  EXPECT_EQ(OtherHears(given + "copy other home"), kTokenGiven);  // It has none of its own.
  EXPECT_EQ(OtherHears("vss copy other home"), kNothing);
}

}  // namespace
}  // namespace vss::testing
