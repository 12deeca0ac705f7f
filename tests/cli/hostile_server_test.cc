// Servers that answer anything but the truth: vss says so, in time, and never that all is well.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <ostream>
#include <string>
#include <vector>

#include "backup/file.h"
#include "tests/cli/shell.h"
#include "tests/client/scripted_server.h"
#include "tests/support/source_tree.h"

namespace vss::testing {
namespace {

std::string Answer(const std::string& status, const std::string& body,
                   const std::string& more_headers = "") {
  return "HTTP/1.1 " + status + "\r\nvss-protocol-version: 0\r\nConnection: close\r\n" +
         more_headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

bool IsFor(const std::string& request, const char* operation) {
  return request.find(std::string("/vss/") + operation + " ") != std::string::npos;
}

// A list with one key, "k" at version 1, and a token that leads on; and a record of another key.
const std::string kEndlessPage(
    "\x0a\x05\x0a\x01k\x10\x01\x12\x01"
    "7\x18\x00",
    12);
const std::string kOtherRecord("\x12\x0d\x0a\x05other\x10\x01\x1a\x02no", 15);
const std::string kOnePage("\x0a\x05\x0a\x01k\x10\x01\x12\x00\x18\x00", 11);

struct Lie {
  const char* name;
  ScriptedServer::Script script;
};

std::ostream& operator<<(std::ostream& out, const Lie& lie) { return out << lie.name; }

std::vector<Lie> Lies() {
  const auto always = [](const std::string& answer) {
    return [answer](Peer& peer) {
      if (!peer.ReadRequest().empty()) peer.Send(answer);
    };
  };
  return {
      {"hangs up", [](Peer&) {}},
      {"resets",
       [](Peer& peer) {
         peer.ReadRequest();
         peer.Reset();
       }},
      {"speaks something else", always("220 smtp.example.org ESMTP\r\n")},
      {"answers with nothing",
       always("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")},
      {"answers no message", always(Answer("200 OK", "\xff\xff\xff\xff"))},
      {"answers HTML", always(Answer("200 OK", "<html>"))},
      {"redirects", always(Answer("302 Found", "", "Location: http://127.0.0.1:9/\r\n"))},
      {"is broken", always(Answer("500 Internal Server Error", "\x08\x03"))},
      {"is always busy", always(Answer("503 Service Unavailable", "", "Retry-After: 3600\r\n"))},
      {"refuses everybody", always(Answer("401 Unauthorized", "\x08\x05"))},
      {"breaks off",
       always("HTTP/1.1 200 OK\r\nvss-protocol-version: 0\r\nContent-Length: 100\r\n\r\nshort")},
      {"promises the world",
       always("HTTP/1.1 200 OK\r\nvss-protocol-version: 0\r\nContent-Length: 99999999999\r\n\r\n")},
      {"goes in circles",
       [](Peer& peer) {
         peer.Send(Answer(
             "200 OK", IsFor(peer.ReadRequest(), "listKeyVersions") ? kEndlessPage : kOtherRecord));
       }},
      {"answers another question",
       [](Peer& peer) {
         peer.Send(Answer("200 OK",
                          IsFor(peer.ReadRequest(), "listKeyVersions") ? kOnePage : kOtherRecord));
       }},
  };
}

// The list of a store: every key at version 1, and nothing behind it.
std::string ListOf(const std::vector<std::string>& keys) {
  std::string list;
  for (const std::string& key : keys) {
    const std::string entry =
        "\x0a" + std::string(1, static_cast<char>(key.size())) + key + "\x10\x01";
    list += "\x0a" + std::string(1, static_cast<char>(entry.size())) + entry;
  }
  return list + std::string("\x12\x00\x18\x00", 4);
}

const std::string kConflict = Answer("409 Conflict", "\x08\x01");
const std::string kNoSuchKey = Answer("404 Not Found", "\x08\x04");

class HostileServer : public ::testing::TestWithParam<Lie> {};

TEST_P(HostileServer, IsNeverBelieved) {
  ScriptedServer server(GetParam().script);
  Shell shell;
  shell.environment["VSS_URL"] = server.Url() + "/vss";
  shell.environment["GOOD"] = shell.Serve("none");
  shell.environment["GOLDEN"] = InSourceTree("tests/vectors/backup/v1.vssbackup");
  shell.environment["VSS_TIMEOUT"] = "1";
  shell.Run(
      "vss --url $GOOD restore $GOLDEN; mkdir fs; echo x > fs/manager; "
      "head -c 32 /dev/urandom > key; chmod 600 key");
  for (const std::string command :
       {"vss get k", "echo new | vss put k --replace", "vss delete k", "vss info", "vss backup b",
        "vss restore $GOLDEN", "vss copy $VSS_URL $GOOD --spool s", "vss copy $GOOD $VSS_URL",
        "vss doctor", "vss --key-file key ldk ls", "vss --key-file key ldk cat manager",
        "vss --key-file key ldk check", "vss --key-file key ldk export out",
        "vss --key-file key ldk import fs"}) {
    const Ran ran = shell.Run("timeout 60 bash -c '" + command + "'");
    EXPECT_GE(ran.exit_code, 1) << command << "\n" << ran.output;
    EXPECT_LE(ran.exit_code, 8) << command << "\n" << ran.errors;
  }
  EXPECT_EQ(shell.Run("ls b s").exit_code, 2);
  EXPECT_EQ(shell.Run("vss --url $GOOD list | wc -l").output, "3\n");
}

INSTANTIATE_TEST_SUITE_P(Every, HostileServer, ::testing::ValuesIn(Lies()), [](const auto& test) {
  std::string name = test.param.name;
  std::ranges::replace(name, ' ', '_');
  return name;
});

// Stores nothing of what it accepts, and lists it.
TEST(HostileServers, AValueThatIsLostIsMissed) {
  std::atomic<bool> has_written = false;
  ScriptedServer server([&](Peer& peer) {
    const std::string request = peer.ReadRequest();
    if (IsFor(request, "putObjects")) has_written = true;
    peer.Send(IsFor(request, "getObject") ? kNoSuchKey
              : IsFor(request, "listKeyVersions")
                  ? Answer("200 OK", has_written ? ListOf({"c", "b", "a"}) : ListOf({}))
                  : Answer("200 OK", ""));
  });
  Shell shell;
  shell.environment["URL"] = server.Url() + "/vss";
  shell.environment["GOLDEN"] = InSourceTree("tests/vectors/backup/v1.vssbackup");
  const Ran restore = shell.Run("vss --url $URL restore $GOLDEN");
  EXPECT_EQ(restore.exit_code, 7);
  EXPECT_EQ(restore.errors, "vss: the target lists a record that it does not have\n");
  has_written = false;
  shell.environment["GOOD"] = shell.Serve("none");
  shell.Run("vss --url $GOOD restore $GOLDEN");
  EXPECT_EQ(shell.Run("vss copy $GOOD $URL").exit_code, 7);
}

// A server with three records that loses what it has, or goes away.
class Source {
 public:
  std::atomic<int> lists_before_the_loss = 1'000'000;
  std::atomic<bool> is_away = false;

  std::string Url() const { return server_.Url() + "/vss"; }

 private:
  void Serve(Peer& peer) {
    const std::string request = peer.ReadRequest();
    if (!is_away) peer.Send(AnswerTo(request));
  }
  std::string AnswerTo(const std::string& request) {
    if (IsFor(request, "listKeyVersions")) {
      const bool is_lost = --lists_before_the_loss < 0;
      return Answer("200 OK", is_lost ? ListOf({}) : ListOf({"c", "b", "a"}));
    }
    for (const std::string key : {"a", "b", "c"}) {
      if (!request.ends_with("\x12\x01" + key)) continue;
      return Answer("200 OK", "\x12\x09\x0a\x01" + key + "\x10\x01\x1a\x02no");
    }
    return kNoSuchKey;
  }

  ScriptedServer server_{[this](Peer& peer) { Serve(peer); }};
};

class LosingSource : public ::testing::Test {
 protected:
  LosingSource() {
    shell_.environment["FROM"] = source_.Url();
    shell_.environment["TO"] = shell_.Serve("none");
    shell_.environment["VSS_TIMEOUT"] = "5";
  }
  std::string Target() { return shell_.Run("vss --url $TO list").output; }

  const std::string all_ = "1\tc\n1\tb\n1\ta\n";
  Source source_;
  Shell shell_;
};

TEST_F(LosingSource, DuringACopyLeavesTheCopy) {
  source_.lists_before_the_loss = 2;  // Two readings; then everything is in the target.
  const Ran ran = shell_.Run("vss copy $FROM $TO");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.errors.find("vss: the store has become empty: nothing was removed"), 0U)
      << ran.errors;
  EXPECT_EQ(Target(), all_);
  EXPECT_EQ(shell_.Run("vss verify .local/state/vss/copy-*[0-9a-f]").exit_code, 0);
}

TEST_F(LosingSource, BetweenTwoCopiesLeavesTheFirst) {
  EXPECT_EQ(shell_.Run("vss copy $FROM $TO --spool s").exit_code, 0);
  source_.lists_before_the_loss = 0;
  for (const std::string option : {"", " --remove", " --overwrite --remove"}) {
    EXPECT_EQ(shell_.Run("vss copy $FROM $TO --spool s" + option).exit_code, 2);
    EXPECT_EQ(Target(), all_);
    EXPECT_EQ(shell_.Run("vss verify s").exit_code, 0);
  }
}

TEST_F(LosingSource, IsNoBackupInPlaceOfAnother) {
  EXPECT_EQ(shell_.Run("vss --url $FROM backup b && cp b before").exit_code, 0);
  source_.lists_before_the_loss = 0;
  EXPECT_EQ(shell_.Run("vss --url $FROM backup b --replace").exit_code, 2);
  EXPECT_EQ(shell_.Run("cmp b before").exit_code, 0);
}

TEST_F(LosingSource, ThatIsAwayLeavesTheLastCopyWhole) {
  EXPECT_EQ(shell_.Run("vss copy $FROM $TO --spool s").exit_code, 0);
  source_.is_away = true;
  EXPECT_EQ(shell_.Run("vss copy $FROM $TO --spool s").exit_code, 6);
  EXPECT_EQ(shell_.Run("vss verify s").exit_code, 0);
  source_.is_away = false;
  EXPECT_EQ(shell_.Run("vss copy $FROM $TO --spool s").exit_code, 0);
}

// Somebody else's write after ours: not everything is as it was, and the exit code says so.
TEST(HostileServers, AConflictAfterSomeWritesIsNoConflictThatChangedNothing) {
  int puts = 0;
  ScriptedServer server([&](Peer& peer) {
    const std::string request = peer.ReadRequest();
    const bool is_put = IsFor(request, "putObjects");
    peer.Send(is_put && ++puts > 2                ? kConflict
              : is_put                            ? Answer("200 OK", "")
              : IsFor(request, "listKeyVersions") ? Answer("200 OK", ListOf({}))
                                                  : kNoSuchKey);
  });
  Shell shell;
  shell.environment["VSS_URL"] = server.Url() + "/vss";
  shell.environment["VSS_TIMEOUT"] = "5";  // The client makes sure that nothing stands in the way.
  const Ran ran = shell.Run(
      "head -c 32 /dev/urandom > key; chmod 600 key; mkdir fs; echo x | tee fs/one > fs/two; "
      "vss --key-file key --json ldk import fs");
  EXPECT_EQ(ran.exit_code, 6) << ran.errors;
  EXPECT_NE(ran.errors.find("\"written\":1"), std::string::npos) << ran.errors;
}

TEST(HostileServers, AWriteWhoseAnswerCannotBeReadIsInDoubt) {
  ScriptedServer server([](Peer& peer) {
    if (peer.ReadRequest().empty()) return;
    peer.Send(
        "HTTP/1.1 200 OK\r\nvss-protocol-version: 7\r\nConnection: close\r\n"
        "Content-Length: 0\r\n\r\n");
  });
  Shell shell;
  const Ran ran = shell.Run("echo x | vss --url " + server.Url() + "/vss put k");
  EXPECT_EQ(ran.exit_code, 8);
  EXPECT_EQ(ran.errors.find("vss: the write may have been stored"), 0U) << ran.errors;
}

// Whether an old server or any other that answers with nothing: only the user knows.
TEST(HostileServers, AServerWithoutAProtocolVersionIsReadIfItIsSaidToBeOld) {
  std::atomic<bool> has_records = true;
  ScriptedServer server([&](Peer& peer) {
    if (peer.ReadRequest().empty()) return;
    const std::string list = has_records ? ListOf({"k"}) : "";
    peer.Send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " +
              std::to_string(list.size()) + "\r\n\r\n" + list);
  });
  Shell shell;
  shell.environment["VSS_URL"] = server.Url() + "/vss";
  EXPECT_EQ(shell.Run("vss list").exit_code, 7);
  EXPECT_EQ(shell.Run("echo x | vss put k").exit_code, 8);
  EXPECT_EQ(shell.Run("vss --old-server true list").output, "1\tk\n");
  has_records = false;
  EXPECT_EQ(shell.Run("vss --old-server true list").exit_code, 7);
  EXPECT_EQ(shell.Run("vss --old-server true backup b").exit_code, 7);
}

TEST(HostileFiles, ATimeAtTheEndOfTimeIsATime) {
  Shell shell;
  backup::Contents found;
  auto writer = backup::Writer::Open(shell.Path("b"), {}, &found);
  ASSERT_TRUE(writer->Finish({}, {.finished = WallTime::max()}, backup::Rename::kRefusesToReplace));
  const Ran ran = shell.Run("vss verify b");
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_NE(ran.output.find("on 294247-01-10T04:00:54Z"), std::string::npos) << ran.output;
}

}  // namespace
}  // namespace vss::testing
