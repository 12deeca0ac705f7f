// Servers that answer anything but the truth: vss says so, in time, and never that all is well.

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

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
  const auto always = [](std::string answer) {
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

class HostileServer : public ::testing::TestWithParam<Lie> {};

TEST_P(HostileServer, IsNeverBelieved) {
  ScriptedServer server(GetParam().script);
  Shell shell;
  shell.environment["VSS_URL"] = server.Url() + "/vss";
  shell.environment["VSS_TIMEOUT"] = "1";
  const std::string golden = InSourceTree("tests/vectors/backup/v1.vssbackup");
  for (const std::string& command :
       {std::string("vss get k"), std::string("echo new | vss put k --replace"),
        std::string("vss delete k"), std::string("vss info"), std::string("vss backup b"),
        "vss restore " + golden}) {
    const Ran ran = shell.Run("timeout 60 bash -c '" + command + "'");
    EXPECT_GE(ran.exit_code, 1) << command << "\n" << ran.output;
    EXPECT_LE(ran.exit_code, 8) << command << "\n" << ran.errors;
  }
  EXPECT_EQ(shell.Run("ls b").exit_code, 2);
}

INSTANTIATE_TEST_SUITE_P(Every, HostileServer, ::testing::ValuesIn(Lies()), [](const auto& test) {
  std::string name = test.param.name;
  std::ranges::replace(name, ' ', '_');
  return name;
});

}  // namespace
}  // namespace vss::testing
