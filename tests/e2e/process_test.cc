// The program as an operator meets it: how it starts, what it says, how it ends, and what it never
// says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "server/http/http_testing.h"
#include "tests/conformance/vss_client.h"
#include "tests/e2e/credentials.h"
#include "tests/e2e/deployment.h"
#include "tests/support/source_tree.h"
#include "vss.pb.h"

namespace vss::testing {
namespace {

using server::testing::Client;
using server::testing::ConnectTo;
using server::testing::SocketLink;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kStopped = 0;
constexpr int kFailed = 1;
constexpr int kBadUsage = 2;

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

Client RawClient(std::uint16_t port) {
  server::FileDescriptor socket = ConnectTo(port);
  const int number = socket.Get();
  return {std::move(socket), std::make_unique<SocketLink>(number)};
}

std::string PutBody(const std::string& store, const Entry& entry) {
  PutObjectRequest request;
  request.set_store_id(store);
  KeyValue* const item = request.add_transaction_items();
  item->set_key(entry.key);
  item->set_version(entry.version);
  item->set_value(entry.value);
  return request.SerializeAsString();
}

// --- The command line ---

TEST(CommandLine, TellsAboutItself) {
  const Ended version = RunServer({"--version"});
  EXPECT_EQ(version.exit_code, kStopped);
  EXPECT_THAT(version.output, ::testing::StartsWith("vss-server "));
  const Ended help = RunServer({"--help"});
  EXPECT_EQ(help.exit_code, kStopped);
  for (const char* option : {"--config", "--check-config", "--print-config", "--version"}) {
    EXPECT_THAT(help.output, HasSubstr(option));
  }
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(RunServer({"--no-such-option"}).exit_code, kBadUsage);
  EXPECT_EQ(RunServer({"one.toml", "two.toml"}).exit_code, kBadUsage);
  const Ended missing = RunServer({"--config", "no-such-file.toml"});
  EXPECT_EQ(missing.exit_code, kBadUsage);
  EXPECT_THAT(missing.output, HasSubstr("no-such-file.toml"));
}

TEST(CommandLine, NamesTheSettingThatIsWrong) {
  const Deployment deployment("sqlite");
  const std::map<std::string, std::vector<std::string>> told = {
      {"[server]\nlisten = [\"nonsense\"]\n", {"nonsense"}},
      {"[servr]\nlisten = [\"127.0.0.1:0\"]\n", {"servr.listen", "server.listen"}},
      {"[store]\nkind = \"mysql\"\n", {"store.kind", "mysql"}},
      {"[store]\nkind = 7\n", {"store.kind"}},
      {"[limits]\nbody_bytes_max = \"2GiB\"\n", {"limits.body_bytes_max"}},
      {"this is not TOML", {"line 1"}},
      {"[auth]\nschemes = [\"jwt\"]\n", {"auth.jwt_public_keys"}},
      {"[auth]\nschemes = [\"jwt\"]\njwt_public_keys = [\"-----BEGIN\"]\n", {"jwt_public_keys"}},
  };
  for (const auto& [config, words] : told) {
    WriteFile(deployment.Path("vss.toml"), config);
    const Ended run = RunServer({"--config", deployment.Path("vss.toml")},
                                {{"VSS_STORE_SQLITE_PATH", deployment.Path("vss.db")}});
    EXPECT_EQ(run.exit_code, kBadUsage) << config << run.output;
    for (const std::string& word : words) EXPECT_THAT(run.output, HasSubstr(word)) << config;
  }
  const Ended variable = RunServer({}, {{"VSS_LIMITS_BODY_BYTES_MAX", "much"}});
  EXPECT_EQ(variable.exit_code, kBadUsage);
  EXPECT_THAT(variable.output, HasSubstr("VSS_LIMITS_BODY_BYTES_MAX"));
}

TEST(CommandLine, LetsNobodyInUnasked) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"}) {
    const Ended run = RunServer({}, {{"VSS_SERVER_LISTEN", address}, {"VSS_AUTH_SCHEMES", "none"}});
    EXPECT_EQ(run.exit_code, kBadUsage);
    EXPECT_THAT(run.output, HasSubstr("loopback"));
  }
  EXPECT_EQ(RunServer({"--no-auth"}, {{"VSS_SERVER_LISTEN", "0.0.0.0:0"}}).exit_code, kBadUsage);
}

TEST(CommandLine, PrintsAConfigurationThatMeansTheSame) {
  const Deployment deployment("sqlite");
  const Environment environment = {{"VSS_SERVER_LISTEN", "127.0.0.1:4711,[::1]:4711"},
                                   {"VSS_STORE_KIND", "memory"},
                                   {"VSS_LIMITS_BODY_BYTES_MAX", "5MiB"},
                                   {"VSS_SERVER_REQUEST_TIMEOUT", "1500ms"}};
  const Ended printed = RunServer({"--print-config"}, environment);
  ASSERT_EQ(printed.exit_code, kStopped) << printed.output;
  EXPECT_THAT(printed.output, HasSubstr("127.0.0.1:4711"));

  const std::string file = deployment.Path("vss.toml");
  WriteFile(file, printed.output);
  const Ended again = RunServer({"--config", file, "--print-config"});
  EXPECT_EQ(again.exit_code, kStopped);
  EXPECT_EQ(again.output, printed.output);

  const Ended check = RunServer({"--config", file, "--check-config"});
  EXPECT_EQ(check.exit_code, kStopped);
  EXPECT_THAT(check.output, HasSubstr("good"));
  WriteFile(file, "[store]\nkind = 3\n");
  EXPECT_EQ(RunServer({"--config", file, "--check-config"}).exit_code, kBadUsage);
}

TEST(CommandLine, MovesNoStoreIntoItself) {
  const TempFolder folder;
  WriteFile(folder.Path("a.toml"), "[store.sqlite]\npath = \"" + folder.Path("vss.db") + "\"\n");
  WriteFile(folder.Path("b.toml"), "[store.sqlite]\npath = \"" + folder.Path("./vss.db") + "\"\n");
  const Ended run =
      RunServer({"migrate", "--from", folder.Path("a.toml"), "--to", folder.Path("b.toml")});
  EXPECT_EQ(run.exit_code, kBadUsage);
  EXPECT_THAT(run.output, HasSubstr("name the same store"));
  EXPECT_FALSE(std::filesystem::exists(folder.Path("vss.db")));
}

// --- What it needs and does not get ---

TEST(Start, FailsIfTheStoreCannotBeOpened) {
  Deployment deployment("sqlite");
  deployment.settings["VSS_STORE_SQLITE_PATH"] = deployment.Path("no/such/folder/vss.db");
  const Ended run = RunServer({}, deployment.settings);
  EXPECT_EQ(run.exit_code, kBadUsage);
  EXPECT_THAT(run.output, HasSubstr("no/such/folder/vss.db"));
  const Ended check = RunServer({"--check-config"}, deployment.settings);
  EXPECT_EQ(check.exit_code, kBadUsage);
  EXPECT_THAT(check.output, HasSubstr("no/such/folder/vss.db"));

  WriteFile(deployment.Path("text.db"), std::string(5000, 'x'));
  deployment.settings["VSS_STORE_SQLITE_PATH"] = deployment.Path("text.db");
  const Ended wrong_file = RunServer({}, deployment.settings);
  EXPECT_EQ(wrong_file.exit_code, kBadUsage);  // The configuration names the wrong file.
  EXPECT_THAT(wrong_file.output, HasSubstr("text.db"));
  EXPECT_EQ(ReadWholeFile(deployment.Path("text.db")), std::string(5000, 'x'));
}

TEST(Start, FailsIfItsLogCannotBeWritten) {
  Deployment deployment("sqlite");
  WriteFile(deployment.Path("file"), "text");
  deployment.settings["VSS_LOG_FILE"] = deployment.Path("file/vss.log");
  for (const std::vector<std::string>& arguments :
       {{"--check-config"}, std::vector<std::string>()}) {
    const Ended run = RunServer(arguments, deployment.settings);
    EXPECT_EQ(run.exit_code, kBadUsage);
    EXPECT_THAT(run.output, HasSubstr(deployment.Path("file/vss.log")));
  }
  EXPECT_FALSE(std::filesystem::exists(deployment.Path("vss.db")));
}

// An empty store where a full one was expected is noticed by what the log says.
TEST(Start, SaysWhichStoreItHas) {
  for (const char* kind : {"sqlite", "postgres"}) {
    const bool is_postgres = kind == std::string("postgres");
    if (is_postgres && PostgresServer::Shared() == nullptr) continue;
    Deployment deployment(kind, PostgresServer::Shared());
    const std::string name = is_postgres ? deployment.settings["VSS_STORE_POSTGRES_DATABASE"]
                                         : deployment.Path("vss.db");
    const std::string opened =
        is_postgres ? "database=\"" + name + "\" schema=7" : name + " schema=1";
    auto first = deployment.Start();
    EXPECT_THAT(first->Output(), HasSubstr("warning store made, it is empty"));
    EXPECT_THAT(first->Output(), HasSubstr(opened));
    EXPECT_EQ(first->Stop(SIGTERM), kStopped);
    auto second = deployment.Start();
    EXPECT_THAT(second->Output(), Not(HasSubstr("store made")));
    EXPECT_THAT(second->Output(), HasSubstr(opened));
  }
}

TEST(Start, FailsIfTheDatabaseIsNotThere) {
  Deployment deployment("sqlite");
  deployment.settings["VSS_STORE_KIND"] = "postgres";
  deployment.settings["VSS_STORE_POSTGRES_HOSTS"] = "127.0.0.1:1";
  deployment.settings["VSS_STORE_POSTGRES_PASSWORD"] = "correct-horse";
  const Ended run = RunServer({}, deployment.settings);
  EXPECT_EQ(run.exit_code, kFailed);
  EXPECT_THAT(run.output, HasSubstr("refused"));
  EXPECT_THAT(run.output, Not(HasSubstr("correct-horse")));
}

TEST(Start, FailsIfThePortIsTaken) {
  Deployment deployment("memory");
  const auto first = deployment.Start();
  const std::string address = "127.0.0.1:" + std::to_string(first->port());
  deployment.settings["VSS_SERVER_LISTEN"] = address;
  const Ended run = RunServer({}, deployment.settings);
  EXPECT_EQ(run.exit_code, kFailed);
  EXPECT_THAT(run.output, HasSubstr(address));
}

TEST(Start, RefusesAFileThatAnotherServerHas) {
  Deployment deployment("sqlite");
  auto first = deployment.Start();
  VssClient client(first->Base(), "store");
  EXPECT_EQ(client.Put({{"k", 0, "mine"}}), kOk);

  const Ended second = RunServer({}, deployment.settings);
  EXPECT_EQ(second.exit_code, kFailed);
  EXPECT_THAT(second.output, HasSubstr("in use by another server"));
  EXPECT_EQ(client.MustGet("k").value, "mine");

  // The lock goes with its process, however that ended.
  first->Stop(SIGKILL);
  EXPECT_EQ(VssClient(deployment.Start()->Base(), "store").MustGet("k").value, "mine");
}

TEST(Start, ServesWithoutAnyConfiguration) {
  const TempFolder folder;
  // All but the ports, which another program on this machine may have.
  auto server =
      StartProcess({{{"VSS_SERVER_LISTEN", "127.0.0.1:0"}, {"VSS_ADMIN_LISTEN", "127.0.0.1:0"}},
                    {},
                    folder.Path(""),
                    folder.Path("output")});
  EXPECT_EQ(VssClient(server->Base(), "store").Get("k"), kNotAuthorized);
  EXPECT_EQ(HttpClient(server->AdminBase()).Send("GET", "/ready", "").status, 200);
  EXPECT_EQ(server->Stop(SIGTERM), kStopped);
  EXPECT_TRUE(std::filesystem::exists(folder.Path("vss.db")));
}

// --- The original server's configuration ---

class UpstreamConfig : public ::testing::Test {
 protected:
  void SetUp() override {
    if (PostgresServer::Shared() == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
    options_ = PostgresServer::Shared()->Options();
  }

  // It serves wallets that sign, and has the same data as any server on this database.
  void ExpectServes(ServerProcess& server, const Outcome& first_put) const {
    VssClient client(server.Base(), "store", {"Authorization: " + SignatureOf(7, std::time({}))});
    EXPECT_EQ(client.Put({{"k", 0, "v"}}, 0), first_put);
    EXPECT_EQ(client.MustGet("k"), (Entry{"k", 1, "v"}));
    EXPECT_EQ(VssClient(server.Base(), "store").Get("k"), kNotAuthorized);
    EXPECT_EQ(server.Stop(SIGTERM), kStopped);
  }

  store::PostgresOptions options_;
  const TempFolder folder_;
};

TEST_F(UpstreamConfig, FromItsFileAndFromItsEnvironment) {
  WriteFile(folder_.Path("vss-server-config.toml"),
            "[server_config]\nbind_address = \"127.0.0.1:0\"\n\n[postgresql_config]\n"
            "username = \"" +
                options_.user + "\"\npassword = \"postgres\"\naddress = \"" + options_.hosts +
                "\"\ndefault_database = \"postgres\"\nvss_database = \"" + options_.vss_database +
                "\"\n\n[log_config]\nlevel = \"info\"\n");
  auto from_file = StartProcess(
      {{}, {folder_.Path("vss-server-config.toml")}, folder_.Path(""), folder_.Path("output")});
  EXPECT_THAT(from_file->Output(), HasSubstr("callers prove who they are by signatures"));
  ExpectServes(*from_file, kOk);
  // Its log goes where that server's goes.
  EXPECT_THAT(ReadWholeFile(folder_.Path("vss.log")), HasSubstr("listening"));

  auto from_environment = StartProcess({{{"VSS_BIND_ADDRESS", "127.0.0.1:0"},
                                         {"VSS_PSQL_USERNAME", options_.user},
                                         {"VSS_PSQL_PASSWORD", "postgres"},
                                         {"VSS_PSQL_ADDRESS", options_.hosts},
                                         {"VSS_PSQL_DEFAULT_DB", "postgres"},
                                         {"VSS_PSQL_VSS_DB", options_.vss_database},
                                         {"VSS_LOG_FILE", folder_.Path("other.log")}},
                                        {},
                                        folder_.Path(""),
                                        folder_.Path("output")});
  ExpectServes(*from_environment, kConflict);
  EXPECT_THAT(ReadWholeFile(folder_.Path("other.log")), HasSubstr("listening"));
}

// --- Signals ---

class Signals : public ::testing::TestWithParam<int> {};

// A wallet on a slow link has sent half of what it has to say when the server is asked to stop.
TEST_P(Signals, LetWhatIsInFlightFinish) {
  Deployment deployment("sqlite");
  auto server = deployment.Start();
  const std::string value(3'000'000, 'v');
  const std::string body = PutBody("store", {"slow", 0, value});
  Client slow = RawClient(server->port());
  slow.Send("POST /vss/putObjects HTTP/1.1\r\ncontent-length: " + std::to_string(body.size()) +
            "\r\n\r\n" + body.substr(0, body.size() / 2));
  Client idle = RawClient(server->port());
  EXPECT_EQ(idle.Exchange("/vss/putObjects", PutBody("store", {"quick", 0, "v"})).status, 200);

  server->Signal(GetParam());
  EXPECT_TRUE(idle.IsEnded());  // Who asks for nothing is not waited for.
  EXPECT_EQ(VssClient(server->Base(), "store").Get("quick").status, 0);  // Nobody new is let in.
  EXPECT_FALSE(server->HasEnded());
  slow.Send(body.substr(body.size() / 2));
  const auto reply = slow.Receive();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("connection"), "close");
  EXPECT_EQ(server->Wait(), kStopped) << server->Output();
  EXPECT_THAT(server->Output(), HasSubstr("stopped"));

  auto next = deployment.Start();
  EXPECT_THAT(next->Output(), Not(HasSubstr("was_not_closed")));
  EXPECT_EQ(VssClient(next->Base(), "store").MustGet("slow").value, value);
}

INSTANTIATE_TEST_SUITE_P(That, Signals, ::testing::Values(SIGTERM, SIGINT), [](const auto& signal) {
  return signal.param == SIGTERM ? "Terminate" : "Interrupt";
});

TEST(Signal, WaitsNoLongerThanTheGrace) {
  Deployment deployment("memory");
  deployment.settings["VSS_SERVER_SHUTDOWN_GRACE"] = "1s";
  auto server = deployment.Start();
  Client stuck = RawClient(server->port());
  stuck.Send("POST /vss/putObjects HTTP/1.1\r\ncontent-length: 1000\r\n\r\nhalf");
  Client other = RawClient(server->port());  // Both have arrived once this one is answered.
  EXPECT_EQ(other.Exchange("/vss/getObject").status, 404);
  EXPECT_EQ(server->Stop(SIGTERM), kStopped);
}

TEST(Signal, HangUpOpensTheLogAgain) {
  Deployment deployment("memory");
  const std::string log = deployment.Path("vss.log");
  deployment.settings["VSS_LOG_FILE"] = log;
  deployment.settings["VSS_LOG_STANDARD_ERROR"] = "true";  // Where its port is read.
  auto server = deployment.Start();
  std::filesystem::rename(log, log + ".1");
  server->Signal(SIGHUP);
  EXPECT_TRUE(Eventually([&] { return ReadWholeFile(log).find("reloaded") != std::string::npos; }));
  EXPECT_THAT(ReadWholeFile(log + ".1"), HasSubstr("listening"));
  EXPECT_EQ(VssClient(server->Base(), "store").Put({{"k", 0, "v"}}), kOk);  // It goes on serving.
  EXPECT_EQ(server->Stop(SIGTERM), kStopped);
  EXPECT_THAT(ReadWholeFile(log), HasSubstr("stopped"));
}

// Only what can change under a server that serves is read again, and it says so.
TEST(Signal, HangUpDoesNotReadTheConfiguration) {
  Deployment deployment("memory");
  const std::string file = deployment.Path("vss.toml");
  WriteFile(file, "[quota]\nkeys_max = 5\n");
  auto server =
      StartProcess({deployment.settings, {file}, deployment.Path(""), deployment.Path("output")});
  const auto has_said = [&server](const std::string& words) {
    return Eventually([&] { return server->Output().find(words) != std::string::npos; });
  };
  server->Signal(SIGHUP);
  EXPECT_TRUE(has_said("reloaded what=\"log file, certificates, token keys\""));
  const auto before = std::filesystem::last_write_time(file);
  std::filesystem::last_write_time(file, before + std::chrono::seconds(1));
  EXPECT_THAT(server->Output(), Not(HasSubstr("the configuration has changed")));
  server->Signal(SIGHUP);
  EXPECT_TRUE(has_said("the configuration has changed"));
  EXPECT_EQ(server->Stop(SIGTERM), kStopped);
}

// A request whose body never comes is waited for, but not longer than the operator wants.
TEST(Signal, ASecondOneDoesNotWait) {
  Deployment deployment("sqlite");
  deployment.settings["VSS_SERVER_SHUTDOWN_GRACE"] = "60s";
  auto server = deployment.Start();
  server::FileDescriptor socket = ConnectTo(server->port());
  const int number = socket.Get();
  Client client(std::move(socket), std::make_unique<SocketLink>(number));
  client.Send("POST /vss/putObjects HTTP/1.1\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n");
  client.ReadSome(1);
  server->Signal(SIGTERM);
  Pause(std::chrono::milliseconds(1500));
  server->Signal(SIGINT);
  EXPECT_EQ(server->Wait(), kFailed);
}

TEST(Signal, ManyAtOnceDoNoHarm) {
  Deployment deployment("sqlite");
  auto server = deployment.Start();
  for (int i = 0; i < 50; ++i) server->Signal(SIGHUP);
  EXPECT_EQ(VssClient(server->Base(), "store").Put({{"k", 0, "v"}}), kOk);
  for (int i = 0; i < 5; ++i) server->Signal(i % 2 == 0 ? SIGTERM : SIGINT);
  EXPECT_EQ(server->Wait(), kStopped) << server->Output();
}

// --- What the log must not say ---

// With everything logged that can be, no stored byte, no name of one and no proof of anybody is.
void UseEverythingThatIsSecret(const ServerProcess& server, const std::string& authorization) {
  const std::vector<std::string> headers = {"Authorization: " + authorization};
  VssClient client(server.Base(), "marker-store", headers);
  EXPECT_EQ(client.Put({{"marker-key", 0, "marker-value"}}, 0), kOk);
  EXPECT_EQ(client.Put({{"marker-key", 0, "marker-value"}}, 0), kConflict);
  EXPECT_EQ(client.MustGet("marker-key").value, "marker-value");
  EXPECT_EQ(client.Get("marker-key-absent"), kNoSuchKey);
  EXPECT_EQ(client.Put({{"marker-key" + std::string(700, 'x'), 0, "marker-value"}}), kInvalid);
  EXPECT_EQ(client.Put({{std::string("marker-key\0", 11), 0, "marker-value"}}), kInvalid);
  EXPECT_EQ(client.Delete("marker-key", 1), kOk);
  Listing listing;
  EXPECT_EQ(client.List(&listing, "marker-key", 1, "marker-token"), kInvalid);
  HttpClient http(server.Base());
  EXPECT_EQ(http.Post("/vss/putObjects", "marker-value is no message", headers).status, 400);
  EXPECT_EQ(http.Post("/marker-path", "", headers).status, 400);
  EXPECT_EQ(http.Post("/vss/getObject?marker-query", "", {"Authorization: marker-token"}).status,
            401);
  EXPECT_EQ(http.Post("/vss/getObject", "", {"Authorization: Bearer marker-token"}).status, 401);
}

void ExpectSilence(const std::string& said, const std::string& authorization) {
  EXPECT_THAT(said, HasSubstr("request"));  // It did say something.
  for (const char* marker : {"marker-", "6d61726b65722d", "bWFya2Vy"}) {
    EXPECT_THAT(said, Not(HasSubstr(marker)));
  }
  // Neither whole nor in parts.
  for (std::size_t at = 0; at + 24 <= authorization.size(); at += 24) {
    EXPECT_THAT(said, Not(HasSubstr(authorization.substr(at, 24))));
  }
}

struct LogCase {
  std::string store;
  std::string format;
  std::string scheme;
};
class Log : public ::testing::TestWithParam<LogCase> {};

TEST_P(Log, HoldsNoSecrets) {
  const auto& [store, format, scheme] = GetParam();
  if (store == "postgres" && PostgresServer::Shared() == nullptr) {
    GTEST_SKIP() << "no PostgreSQL server is installed";
  }
  Deployment deployment(store, PostgresServer::Shared());
  deployment.settings["VSS_LOG_LEVEL"] = "trace";
  deployment.settings["VSS_LOG_FORMAT"] = format;
  deployment.settings["VSS_AUTH_SCHEMES"] = scheme;
  if (scheme == "jwt") {
    deployment.settings["VSS_AUTH_JWT_PUBLIC_KEYS"] =
        InSourceTree("tests/vectors/rsa/public-2048.pem");
  }
  deployment.settings["VSS_STORE_POSTGRES_PASSWORD"] = "marker-password";
  auto server = deployment.Start();
  const std::string authorization =
      scheme == "jwt" ? TokenOf("marker-tenant") : SignatureOf(7, std::time({}));
  UseEverythingThatIsSecret(*server, authorization);
  EXPECT_EQ(server->Stop(SIGTERM), kStopped);
  ExpectSilence(server->Output(), authorization);
}

INSTANTIATE_TEST_SUITE_P(Every, Log,
                         ::testing::Values(LogCase{"sqlite", "text", "signature"},
                                           LogCase{"sqlite", "json", "jwt"},
                                           LogCase{"postgres", "json", "signature"},
                                           LogCase{"postgres", "text", "jwt"}),
                         [](const auto& log) {
                           return log.param.store + "_" + log.param.format + "_" + log.param.scheme;
                         });

}  // namespace
}  // namespace vss::testing
