// The connection to the database is as private as the options ask for, or there is none.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/postgres/fixture.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {
namespace {

using Tls = store::PostgresOptions::Tls;

constexpr const char* kOpenssl = "/usr/bin/openssl";

class TlsTest : public PostgresTest {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kOpenssl)) GTEST_SKIP() << "no openssl command";
    std::filesystem::permissions(folder_.Path("."), std::filesystem::perms::all);
    MakeCertificate("server");
    MakeCertificate("stranger");
    private_ = PostgresServer::Start(PostgresServer::Durability::kOff,
                                     {"ssl=on", "ssl_cert_file=" + folder_.Path("server.crt"),
                                      "ssl_key_file=" + folder_.Path("server.key")});
    server_ = private_.get();
    if (server_ == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
    options_ = server_->Options();
  }

  void MakeCertificate(const std::string& name) {
    const pid_t pid =
        Spawn({kOpenssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
               "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
               folder_.Path(name + ".key"), "-out", folder_.Path(name + ".crt")},
              folder_.Path("log"));
    int status = 0;
    ASSERT_TRUE(waitpid(pid, &status, 0) == pid && status == 0);
  }

  std::string Certificate(const std::string& name) {
    std::ostringstream out;
    out << std::ifstream(folder_.Path(name + ".crt")).rdbuf();
    return out.str();
  }

  bool Connects(const std::string& host, Tls tls, const std::string& root) {
    options_.hosts = host + ":" + std::to_string(server_->port());
    options_.tls = tls;
    options_.root_certificate = root;
    return store::MakePostgresStore(options_, clock_, log_, observer_).has_value();
  }

  TempFolder folder_;
  std::unique_ptr<PostgresServer> private_;
};

TEST_F(TlsTest, AsksForWhatItIsTold) {
  EXPECT_TRUE(Connects("localhost", Tls::kOff, ""));
  EXPECT_TRUE(Connects("localhost", Tls::kRequire, ""));
  EXPECT_TRUE(Connects("localhost", Tls::kVerifyFull, Certificate("server"))) << "as text";
  EXPECT_TRUE(Connects("localhost", Tls::kVerifyFull, folder_.Path("server.crt"))) << "as a file";
  EXPECT_FALSE(Connects("127.0.0.1", Tls::kVerifyFull, Certificate("server"))) << "another name";
  EXPECT_TRUE(Connects("127.0.0.1", Tls::kVerifyCa, Certificate("server")));
  EXPECT_FALSE(Connects("localhost", Tls::kVerifyCa, Certificate("stranger")));
  EXPECT_FALSE(Connects("localhost", Tls::kVerifyFull, "")) << "no public authority signed it";
}

TEST_F(TlsTest, DoesNotFallBackToCleartext) {
  server_->Stop(SIGINT);
  const auto cleartext = PostgresServer::Start(PostgresServer::Durability::kOff);
  options_ = cleartext->Options();
  options_.tls = Tls::kRequire;
  EXPECT_FALSE(store::MakePostgresStore(options_, clock_, log_, observer_));
}

}  // namespace
}  // namespace vss::testing
