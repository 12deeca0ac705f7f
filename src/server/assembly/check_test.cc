#include "server/assembly/check.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "server/http/tls_testing.h"
#include "tests/support/source_tree.h"

namespace vss::server {
namespace {

TEST(CheckFiles, ReadsWhatServingWouldRead) {
  const SystemClock clock;
  Config config;
  EXPECT_TRUE(CheckFilesOf(config, clock));

  const testing::TlsFolder folder("check");
  config.server.tls_certificate = folder.files().certificate;
  config.server.tls_key = folder.files().key;
  EXPECT_TRUE(CheckFilesOf(config, clock));
  config.server.tls_key = "/nowhere/key.pem";
  const auto no_key = CheckFilesOf(config, clock);
  ASSERT_FALSE(no_key);
  EXPECT_EQ(no_key.error().message, "cannot read /nowhere/key.pem: No such file or directory");

  config = {};
  config.lss.tls_certificate = folder.files().certificate;
  config.lss.tls_key = folder.files().key;
  EXPECT_TRUE(CheckFilesOf(config, clock));
  config.lss.tls_client_authority = folder.files().certificate;
  EXPECT_TRUE(CheckFilesOf(config, clock));
  for (const std::string& file : {folder.files().key, std::string("/nowhere/authority.pem")}) {
    config.lss.tls_client_authority = file;
    const auto checked = CheckFilesOf(config, clock);
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().message.find(file), std::string::npos) << checked.error().message;
  }

  config = {};
  config.store.sqlite.path = "/nowhere/vss.db";
  const auto no_folder = CheckFilesOf(config, clock);
  ASSERT_FALSE(no_folder);
  EXPECT_EQ(no_folder.error().kind, Kind::kInvalid);
  EXPECT_NE(no_folder.error().message.find("/nowhere/vss.db"), std::string::npos);

  config = {};
  config.log.file = folder.files().key + "/vss.log";
  const auto no_log = CheckFilesOf(config, clock);
  ASSERT_FALSE(no_log);
  EXPECT_EQ(no_log.error().kind, Kind::kInvalid);
  EXPECT_NE(no_log.error().message.find("log.file: " + config.log.file), std::string::npos)
      << no_log.error().message;

  config = {};
  config.auth.schemes = {"jwt"};
  config.auth.jwt_public_keys = {"/nowhere/jwt.pem"};
  EXPECT_FALSE(CheckFilesOf(config, clock));
  const std::string good = vss::testing::InSourceTree("tests/vectors/rsa/public-2048.pem");
  for (const auto& [file, words] :
       std::map<std::string, std::string>{{folder.files().key, "this is a private key"},
                                          {folder.files().certificate, "this is a certificate"}}) {
    config.auth.jwt_public_keys = {good, file};
    const auto refused = CheckFilesOf(config, clock);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find(file + ": "), std::string::npos);
    EXPECT_NE(refused.error().message.find(words), std::string::npos) << refused.error().message;
  }
  const std::string text = "-----BEGIN PUBLIC KEY-----\nc2VjcmV0\n-----END PUBLIC KEY-----";
  config.auth.jwt_public_keys = {good, text};
  EXPECT_EQ(CheckFilesOf(config, clock).error().message,
            "auth.jwt_public_keys: number 2 of the list: not the PEM text of an RSA public key");

  config = {};
  config.store.kind = "postgres";
  EXPECT_TRUE(CheckFilesOf(config, clock));
  config.store.postgres.password_file = "/nowhere/password";
  EXPECT_FALSE(CheckFilesOf(config, clock));
}

}  // namespace
}  // namespace vss::server
