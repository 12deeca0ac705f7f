// The real processes: what a killed server keeps, and lss-cli.

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/base64.h"
#include "crypto/hex.h"
#include "server/http/tls_testing.h"
#include "tests/e2e/server_process.h"
#include "tests/lss/clients.h"
#include "tests/postgres/server.h"
#include "tests/support/seed.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {
namespace {

class LssProcess : public ::testing::Test {
 protected:
  LssProcess() {
    settings_ = PlainSettings();
    settings_["VSS_STORE_SQLITE_PATH"] = folder_.Path("vss.db");
    settings_["VSS_LSS_LISTEN"] = "127.0.0.1:0";
  }
  void UsePostgres(PostgresServer& postgres) {
    const store::PostgresOptions options = postgres.Options();
    settings_["VSS_STORE_KIND"] = "postgres";
    settings_["VSS_STORE_POSTGRES_HOSTS"] = options.hosts;
    settings_["VSS_STORE_POSTGRES_USER"] = options.user;
    settings_["VSS_STORE_POSTGRES_DATABASE"] = options.vss_database;
    settings_["VSS_LSS_SERVER_KEY_FOLDER"] = folder_.Path("");
  }
  void Start() {
    Launch launch;
    launch.environment = settings_;
    launch.output = folder_.Path("output");
    server_ = StartProcess(launch);
    const std::string output = server_->Output();
    const std::regex port("lss listening address=\\S+ port=(\\d+)");
    std::smatch found;
    for (std::sregex_iterator i(output.begin(), output.end(), port), end; i != end; ++i) found = *i;
    ASSERT_FALSE(found.empty()) << output;
    url_ = "http://127.0.0.1:" + found[1].str();
  }

  // What lss-cli prints, and its exit code.
  std::string Cli(const std::string& words, const std::string& rpc = "") {
    const std::string command = "HOME=" + folder_.Path("home") + " " LSS_CLI_PROGRAM " --rpc " +
                                (rpc.empty() ? url_ : rpc) + " " + words + " 2>&1";
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
    return output + "(" + std::to_string(WEXITSTATUS(::pclose(pipe))) + ")";
  }

  TempFolder folder_;
  Environment settings_;  // Of the servers that are started from now on.
  std::unique_ptr<ServerProcess> server_;
  std::string url_;
};

// Each signer writes one more version of its keys after the other, whatever happens to the server.
class Writer final {
 public:
  explicit Writer(const std::string& url) : key_(RandomKey()) {
    server_ = *lss_client::ServerId(*Connect(url));
  }

  void WriteUntilItFails(const std::string& url) {
    const auto transport = Connect(url);
    lss_client::Client client(Session(), *transport, entropy_);
    for (;;) {
      const auto outcome = client.Put({{"a", next_, Value()}, {"b", next_, Value()}});
      if (!outcome) {
        EXPECT_EQ(outcome.error().kind, Kind::kInDoubt) << outcome.error().message;
        return;
      }
      ASSERT_TRUE(outcome->IsStored()) << "at version " << next_;
      ++next_;
    }
  }

  // Either all that was acknowledged, or that and the one put whose answer was lost: whole.
  void Check(const std::string& url) {
    const auto transport = Connect(url);
    lss_client::Client client(Session(), *transport, entropy_);
    const auto found = client.Get("");
    ASSERT_TRUE(found) << found.error().message;
    const auto want = [this](Version version) {
      if (version < 0) return std::vector<Record>();
      const std::string value = std::to_string(version);
      return std::vector<Record>{{"a", version, value}, {"b", version, value}};
    };
    ASSERT_TRUE(*found == want(next_ - 1) || *found == want(next_)) << next_;
    if (!found->empty()) next_ = found->front().version + 1;
  }

  Version next() const { return next_; }

 private:
  std::string Value() const { return std::to_string(next_); }
  lss_client::Session Session() const {
    return *lss_client::Session::Make(key_, server_, std::nullopt);
  }

  SystemEntropy entropy_;
  crypto::SigningKey key_;
  crypto::CompressedKey server_;
  Version next_ = 0;
};

class LssProcessOn : public LssProcess, public ::testing::WithParamInterface<std::string> {};

INSTANTIATE_TEST_SUITE_P(Every, LssProcessOn, ::testing::Values("sqlite", "postgres"),
                         [](const auto& kind) { return kind.param; });

TEST_P(LssProcessOn, KilledUnderLoadLosesNothingThatItAcknowledged) {
  if (GetParam() == "postgres") {
    if (PostgresServer::Shared() == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
    UsePostgres(*PostgresServer::Shared());
  }
  Random random = MakeRandom();
  Start();
  std::vector<std::unique_ptr<Writer>> writers;
  for (int i = 0; i < 6; ++i) writers.push_back(std::make_unique<Writer>(url_));
  for (int kill = 0; kill < 8 && !HasFailure(); ++kill) {
    {
      std::vector<std::jthread> threads;
      for (const auto& writer : writers) {
        threads.emplace_back([&] { writer->WriteUntilItFails(url_); });
      }
      Pause(std::chrono::milliseconds(20 + Below(random, 300)));
      EXPECT_EQ(server_->Stop(SIGKILL), -SIGKILL);
    }
    Start();
    for (const auto& writer : writers) writer->Check(url_);
  }
  Version written = 0;
  for (const auto& writer : writers) written += writer->next();
  EXPECT_GT(written, 0);
  EXPECT_EQ(server_->Stop(SIGTERM), 0);
}

TEST_F(LssProcess, AskedToStopAnswersWhatItHasBegun) {
  Start();
  Writer writer(url_);
  std::jthread thread([&] { writer.WriteUntilItFails(url_); });
  Pause(std::chrono::milliseconds(200));
  EXPECT_EQ(server_->Stop(SIGTERM), 0);
  thread.join();
  EXPECT_GT(writer.next(), 0);
}

TEST_F(LssProcess, CliSession) {
  Start();
  const std::string home = folder_.Path("home");
  EXPECT_EQ(::system(("mkdir " + home).c_str()), 0);
  EXPECT_EQ(Cli("info"), "not initialized\nserver public key not initialized\n(0)");
  EXPECT_EQ(Cli("get x"), "Error: not initialized - use the init command (" + home +
                              "/.lss has no client-key)\n(1)");
  EXPECT_EQ(Cli("ping"), "ping result: hello\n(0)");
  EXPECT_EQ(Cli("ping", url_.substr(url_.rfind(':') + 1)), "ping result: hello\n(0)");

  EXPECT_EQ(Cli("init"), "(0)");
  EXPECT_EQ(Cli("put xx1 0 11"), "(0)");
  EXPECT_EQ(Cli("put xx1 0 11"),
            "conflict key: xx1, version: 0 value: 11\n"
            "Error: put conflict: nothing was written; the next version is 1\n(1)");
  EXPECT_EQ(Cli("put xy1 0 11"), "(0)");
  EXPECT_EQ(Cli("put xy2 0 22"), "(0)");
  EXPECT_EQ(Cli("get xx"), "key: xx1, version: 0 value: 11\n(0)");
  EXPECT_EQ(Cli("get xy"), "key: xy1, version: 0 value: 11\nkey: xy2, version: 0 value: 22\n(0)");
  EXPECT_EQ(Cli("get xy1"), "key: xy1, version: 0 value: 11\n(0)");
  EXPECT_EQ(Cli("get nothing"), "(0)");

  EXPECT_EQ(Cli("put xz 3 11"),
            "conflict key: xz, version: -1 value: \n"
            "Error: put conflict: nothing was written; the next version is "
            "0\n(1)");
  EXPECT_EQ(Cli("put xz 0 1"),
            "Error: \"1\" is not hex: two digits for each byte are expected\n(1)");
  EXPECT_EQ(Cli("ping", "nonsense"),
            "Error: nonsense is not http://HOST:PORT or https://HOST:PORT\n(1)");
  EXPECT_EQ(Cli("").substr(0, 24), "A subcommand is required");
}

TEST_F(LssProcess, CliShowsAServersKeysAsText) {
  Start();
  EXPECT_EQ(::system(("mkdir " + folder_.Path("home")).c_str()), 0);
  EXPECT_EQ(Cli("init"), "(0)");
  EXPECT_EQ(Cli("put \"$(printf 'red\\033[31m')\" 0 11"), "(0)");
  EXPECT_EQ(Cli("get red"), "key: red\\x1b[31m, version: 0 value: 11\n(0)");
}

TEST_F(LssProcess, CliTakesNothingItCannotReadForNothing) {
  Start();
  const std::string home = folder_.Path("home");
  EXPECT_EQ(
      ::system(("mkdir -p " + home + "/.lss && ln -s server-pubkey " + home + "/.lss/server-pubkey")
                   .c_str()),
      0);
  for (const char* const command : {"init", "info", "get x"}) {
    EXPECT_EQ(Cli(command).substr(0, 18), "Error: cannot read") << command;
  }
}

TEST_F(LssProcess, CliShowsItsCertificate) {
  const server::testing::TlsFolder server_files("localhost");
  const server::testing::TlsFolder client_files("client");
  settings_["VSS_LSS_LISTEN"] = "localhost:0";
  settings_["VSS_LSS_TLS_CERTIFICATE"] = server_files.files().certificate;
  settings_["VSS_LSS_TLS_KEY"] = server_files.files().key;
  settings_["VSS_LSS_TLS_CLIENT_AUTHORITY"] = client_files.files().certificate;
  Start();
  const std::string url = "https://localhost" + url_.substr(url_.rfind(':')) + " --ca " +
                          server_files.files().certificate;
  EXPECT_EQ(Cli("ping", url).find("(0)"), std::string::npos);
  EXPECT_EQ(Cli("ping", url + " --cert " + client_files.files().certificate + " --key " +
                            client_files.files().key),
            "ping result: hello\n(0)");
}

TEST_F(LssProcess, CliStaysWithTheServerItKnows) {
  Start();
  EXPECT_EQ(::system(("mkdir " + folder_.Path("home")).c_str()), 0);
  EXPECT_EQ(Cli("init"), "(0)");
  EXPECT_EQ(Cli("init"), "(0)");
  EXPECT_EQ(server_->Stop(SIGTERM), 0);
  // Another server: it has a key of its own, and a store that never saw another.
  EXPECT_EQ(
      ::system(("rm " + folder_.Path("server_key") + " " + folder_.Path("vss.db") + "*").c_str()),
      0);
  Start();
  EXPECT_EQ(Cli("init").substr(0, 43), "Error: this is not the server that is known");
  EXPECT_EQ(Cli("put a 0 11").find("(0)"), std::string::npos);
  EXPECT_EQ(Cli("init --accept-new-server"), "(0)");
  EXPECT_EQ(Cli("put a 0 11"), "(0)");
}

TEST_F(LssProcess, TakesOverTheEtcdOfAnLssd) {
  crypto::SigningKey key = RandomKey();
  const auto base64 = [](const std::string& text) {
    return crypto::EncodeBase64(BytesOf(text), crypto::Base64::kStandard);
  };
  const std::string id = crypto::EncodeHex(key.PublicKey());
  std::ofstream(folder_.Path("dump"))
      << R"({"kvs":[{"key":")" << base64(id + "/_WRITER") << R"(","version":7,"value":")"
      << base64("w") << R"("},{"key":")" << base64(id + "/node") << R"(","version":1},{"key":")"
      << base64("theirs") << R"(","version":3,"value":")" << base64("x") << R"("}],"count":3})";
  for (const char* const done : {"2 records imported, 0 were", "0 records imported, 2 were"}) {
    const Ended ended = RunServer({"import-lss", "--etcd-dump", folder_.Path("dump")}, settings_);
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    EXPECT_NE(ended.output.find(done), std::string::npos) << ended.output;
    EXPECT_NE(ended.output.find("1 keys are not"), std::string::npos) << ended.output;
  }
  EXPECT_EQ(RunServer({"import-lss", "--etcd-dump", folder_.Path("nothing")}, settings_).exit_code,
            2);
  Start();
  TestSigner signer(url_, std::move(key));
  EXPECT_EQ(*signer->Get(""), (std::vector<Record>{{"_WRITER", 6, "w"}, {"node", 0, ""}}));
  EXPECT_TRUE(signer->Put({{"_WRITER", 7, ""}, {"node", 1, ""}})->IsStored());
}

TEST_F(LssProcess, WithAnotherKeyDoesNotStart) {
  Start();
  EXPECT_EQ(server_->Stop(SIGTERM), 0);
  EXPECT_EQ(::system(("rm " + folder_.Path("server_key")).c_str()), 0);
  const Ended ended = RunServer({}, settings_);
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.output.find("lss.accept_new_server_key"), std::string::npos) << ended.output;
  EXPECT_NE(::access(folder_.Path("server_key").c_str(), F_OK), 0) << "a backup would take it";
  settings_["VSS_LSS_ACCEPT_NEW_SERVER_KEY"] = "true";
  Start();
  EXPECT_EQ(::access(folder_.Path("server_key").c_str(), F_OK), 0);
}

TEST_F(LssProcess, OnAnOpenAddressWantsTls) {
  Environment environment = PlainSettings();
  environment["VSS_LSS_LISTEN"] = "0.0.0.0:0";
  const Ended ended = RunServer({"--check-config"}, environment);
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.output.find("lss.tls_certificate"), std::string::npos) << ended.output;
}

}  // namespace
}  // namespace vss::testing
