#include "server/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "server/config/settings.h"
#include "server/config/validate.h"
#include "tests/support/source_tree.h"

namespace vss::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Config MustLoad(const std::string& file, const Environment& environment = {}) {
  auto loaded = LoadConfig(file, environment);
  EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message);
  return loaded ? loaded->config : Config{};
}

std::string ProblemWith(const std::string& file, const Environment& environment = {}) {
  const auto loaded = LoadConfig(file, environment);
  return loaded ? "" : loaded.error().message;
}

TEST(Config, NeedsNoFile) {
  const auto loaded = LoadConfig(std::nullopt, {});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->config.store.kind, "sqlite");
  EXPECT_THAT(loaded->config.auth.schemes, ElementsAre("signature"));
  EXPECT_THAT(loaded->warnings, IsEmpty());
}

TEST(Config, ReadsEveryKindOfSetting) {
  const Config config = MustLoad(R"(
    [server]
    listen = ["127.0.0.1:9000", "[::1]:9000"]
    request_timeout = "1500ms"
    threads = 3
    [store.postgres]
    prepared_statements = false
    [limits]
    body_bytes_max = "64MiB"
    head_bytes_max = 8192
    idle_timeout = "90s"
  )",
                                 {{"VSS_LIMITS_IDLE_TIMEOUT", "2m"}});
  EXPECT_THAT(config.server.listen, ElementsAre("127.0.0.1:9000", "[::1]:9000"));
  EXPECT_EQ(config.server.request_timeout, Milliseconds(1500));
  EXPECT_EQ(config.server.threads, 3u);
  EXPECT_FALSE(config.store.postgres.prepared_statements);
  EXPECT_EQ(config.limits.body_bytes_max, 64_MiB);
  EXPECT_EQ(config.limits.head_bytes_max, 8_KiB);
  EXPECT_EQ(config.limits.idle_timeout, Milliseconds(120'000));
}

TEST(Config, SignersHaveAPortOfTheirOwn) {
  for (const std::string host : {"127.0.0.1", "localhost", "[::1]"}) {
    EXPECT_EQ(ParseHostPort(host, kLssPort)->port, 55551) << host;
    EXPECT_EQ(ParseHostPort(host + ":7", kLssPort)->port, 7) << host;
    EXPECT_FALSE(ParseHostPort(host)) << host;
    EXPECT_EQ(ProblemWith("[lss]\nlisten = [\"" + host + "\"]\n"), "");
  }
  for (const char* const text : {"", "::1", ":", "localhost:", "[::1]:"}) {
    EXPECT_FALSE(ParseHostPort(text, kLssPort)) << text;
  }
}

TEST(Config, TheEnvironmentIsText) {
  const auto loaded = LoadConfig(std::nullopt, {{"VSS_STORE_SQLITE_PATH", "caf\xE9.db"}});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message, "the environment variable VSS_STORE_SQLITE_PATH is not UTF-8");
}

TEST(Config, ABareNumberIsNoDuration) {
  EXPECT_THAT(ProblemWith("[limits]\nidle_timeout = 90\n"),
              HasSubstr("limits.idle_timeout: expected a duration"));
}

TEST(Config, TheEnvironmentBeatsTheFile) {
  const Config config =
      MustLoad("[store]\nkind = \"sqlite\"\n",
               {{"VSS_STORE_KIND", "memory"}, {"VSS_SERVER_LISTEN", "127.0.0.1:1, 127.0.0.1:2"}});
  EXPECT_EQ(config.store.kind, "memory");
  EXPECT_THAT(config.server.listen, ElementsAre("127.0.0.1:1", "127.0.0.1:2"));
}

TEST(Config, AnUnknownSettingIsRefusedAndTheNearestNamed) {
  EXPECT_EQ(ProblemWith("[limits]\nconections_max = 5\n"),
            "unknown setting limits.conections_max; did you mean limits.connections_max?");
  EXPECT_THAT(ProblemWith("[stor]\nkind = \"sqlite\"\n"), HasSubstr("did you mean store.kind?"));
  EXPECT_EQ(ProblemWith("wholly_different = 1\n"), "unknown setting wholly_different");
}

TEST(Config, AWrongValueIsRefusedWithTheNameOfItsSetting) {
  for (const auto& [file, part] : std::map<std::string, std::string>{
           {"[store]\nkind = 5\n", "store.kind: expected a text"},
           {"[store]\nkind = \"redis\"\n", "store.kind: \"redis\" is none of"},
           {"[server]\nlisten = \"127.0.0.1:80\"\n", "server.listen: expected a list"},
           {"[server]\nlisten = [80]\n", "server.listen: expected a list of texts"},
           {"[server]\nlisten = []\n", "server.listen is empty"},
           {"[server]\nlisten = [\"::1:80\"]\n", "brackets"},
           {"[server]\nlisten = [\"localhost\"]\n", "is not host:port"},
           {"[server]\nlisten = [\"localhost:99999\"]\n",
            "server.listen: \"localhost:99999\" is not"},
           {"[admin]\nlisten = \"9090\"\n", "admin.listen: \"9090\" is not host:port"},
           {"[lss]\nlisten = [\"x:y\"]\n", "lss.listen: \"x:y\" is not host:port"},
           {"[server]\nlisten = [\"[::1]:9\"]\n[admin]\nlisten = \"[::1]:9\"\n",
            "admin.listen: [::1]:9 is taken by server.listen"},
           {"[server]\nlisten = [\"0.0.0.0:55551\"]\n[lss]\nlisten = [\"127.0.0.1\"]\n",
            "lss.listen: 127.0.0.1 is taken by server.listen"},
           {"[server]\nlisten = [\"a:1\", \"a:1\"]\n", "is taken by server.listen"},
           {"[server]\nthreads = -1\n", "server.threads: expected a whole number"},
           {"[server]\nthreads = 1.5\n", "server.threads: expected"},
           {"[server]\nthreads = 9999999\n", "server.threads is at most 1024"},
           {"[store.sqlite]\nread_lanes = 9999999\n", "read_lanes is at most 1024"},
           {"[server]\ntrusted_proxies = [\"10.0.0.0/33\"]\n", "server.trusted_proxies: not an"},
           {"[server]\ncors_origins = [\"https://a.example/\"]\n", "what a browser sends"},
           {"[server]\ncors_origins = [\"a.example\"]\n", "what a browser sends"},
           {"[limits]\nbody_bytes_max = \"5 apples\"\n", "number of bytes"},
           {"[limits]\nbody_bytes_max = \"2GiB\"\n", "at most 1GiB"},
           {"[limits]\nbytes_in_flight_max = \"1MiB\"\n", "at least twice"},
           {"[log]\nlevel = \"loud\"\n", "log.level"},
           {"[server]\ntls_key = \"key.pem\"\n", "go together"},
           {"[auth]\nschemes = [\"jwt\"]\n", "auth.jwt_public_keys is empty"},
           {"[auth]\njwt_public_keys = [\"key.pem\"]\n", "does not have jwt"},
           {"[auth]\nschemes = [\"none\", \"signature\"]\n", "stands alone"},
           {"[store]\nkind = \n", "line 2"},
       }) {
    EXPECT_THAT(ProblemWith(file), HasSubstr(part)) << file;
  }
  EXPECT_THAT(ProblemWith("", {{"VSS_SERVER_THREADS", "many"}}),
              HasSubstr("VSS_SERVER_THREADS: expected a whole number"));
}

TEST(Config, OpenAccessIsForLoopbackOnly) {
  EXPECT_EQ(ProblemWith("[auth]\nschemes = [\"none\"]\n"), "");
  EXPECT_EQ(
      ProblemWith("[auth]\nschemes=[\"none\"]\n[server]\nlisten=[\"[::1]:1\",\"127.1.2.3:1\"]"),
      "");
  EXPECT_THAT(ProblemWith("[auth]\nschemes=[\"none\"]\n[server]\nlisten=[\"0.0.0.0:8080\"]"),
              HasSubstr("only on loopback"));
  EXPECT_THAT(ProblemWith("[auth]\nschemes=[\"none\"]\n[server]\nlisten=[\"127.evil.example:80\"]"),
              HasSubstr("only on loopback"));
}

TEST(Config, KnowsWhichDatabaseHostsAreThisMachine) {
  EXPECT_TRUE(AreAllLocal("127.0.0.1:5432"));
  EXPECT_TRUE(AreAllLocal("localhost:1,[::1]:2,/var/run/postgresql,127.0.0.1"));
  EXPECT_FALSE(AreAllLocal("127.0.0.1:5432,db.example:5432"));
  EXPECT_FALSE(AreAllLocal("db.example"));
}

TEST(Config, AMisspeltVariableIsWarnedOf) {
  const auto loaded = LoadConfig(std::nullopt, {{"VSS_LISTEN", "x"}, {"HOME", "/"}});
  ASSERT_TRUE(loaded);
  EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("VSS_LISTEN")));
}

TEST(Config, AVariableOfOurClientIsNotWarnedOf) {
  std::ifstream header(testing::InSourceTree("src/apps/vss/settings.h"));
  const std::regex setting("SettingKind\\{\"([a-z-]+)\"");
  Environment environment = {{"VSS_PROFILE", "x"}};
  for (std::string line; std::getline(header, line);) {
    std::smatch found;
    if (!std::regex_search(line, found, setting)) continue;
    std::string name = "VSS_" + found[1].str();
    for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
    environment[name] = "x";
  }
  ASSERT_TRUE(environment.contains("VSS_URL"));
  const auto loaded = LoadConfig(std::nullopt, environment);
  ASSERT_TRUE(loaded);
  EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("VSS_AUTH "), HasSubstr("VSS_STORE ")));
}

TEST(Config, WhatIsPrintedCanBeReadBack) {
  Config config;
  config.server.listen = {"a \"quoted\" \\ name:80", "[::1]:0"};
  config.server.cors_origins = {"https://wallet.example:8443", "capacitor://localhost", "*"};
  config.limits.idle_timeout = Milliseconds(61'001);
  config.limits.body_bytes_max = {1025};
  config.log.file = "tab\there";
  const std::string printed = PrintConfig(config);
  const Config read = MustLoad(printed);
  EXPECT_EQ(read.server.listen, config.server.listen);
  EXPECT_EQ(read.server.cors_origins, config.server.cors_origins);
  EXPECT_EQ(read.limits.idle_timeout, config.limits.idle_timeout);
  EXPECT_EQ(read.limits.body_bytes_max, config.limits.body_bytes_max);
  EXPECT_EQ(read.log.file, config.log.file);
  EXPECT_EQ(PrintConfig(read), printed);
}

TEST(Config, SecretsAreNotPrinted) {
  Config config;
  config.store.postgres.password = "correct horse";
  EXPECT_THAT(PrintConfig(config), ::testing::Not(HasSubstr("horse")));
}

TEST(Config, EverySettingHasItsOwnNameAndVariable) {
  Config config;
  std::set<std::string> names;
  for (const Setting& setting : SettingsOf(config)) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
    EXPECT_TRUE(names.insert(setting.Environment()).second) << setting.Environment();
    EXPECT_FALSE(setting.meaning.empty());
  }
}

TEST(Config, TheReferenceIsUpToDate) {
  std::ifstream file(testing::InSourceTree("docs/configuration.md"));
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_NE(text.str().find(ConfigReference()), std::string::npos)
      << "put the output of `vss-server --config-reference` into docs/configuration.md";
}

constexpr const char* kUpstreamFile = R"(
  [server_config]
  bind_address = "127.0.0.1:8080"
  [jwt_auth_config]
  [postgresql_config]
  username = "postgres"
  password = "p%40ss"
  address = "127.0.0.1:5432"
  default_database = "postgres"
  vss_database = "vss"
  [log_config]
  level = "info"
)";

TEST(UpstreamConfig, ItsFileStartsUsUnchanged) {
  const Config config = MustLoad(kUpstreamFile);
  EXPECT_THAT(config.server.listen, ElementsAre("127.0.0.1:8080"));
  EXPECT_EQ(config.store.kind, "postgres");
  EXPECT_EQ(config.store.postgres.user, "postgres");
  EXPECT_EQ(config.store.postgres.password, "p@ss") << "that server puts it into a URI";
  EXPECT_EQ(config.store.postgres.hosts, "127.0.0.1:5432");
  EXPECT_EQ(config.store.postgres.database, "vss");
  EXPECT_EQ(config.store.postgres.tls, "off");
  EXPECT_EQ(config.limits.body_bytes_max, 1_GiB);
  EXPECT_THAT(config.auth.schemes, ElementsAre("signature"));
  EXPECT_EQ(config.quota.bytes_max.bytes, 0u) << "no quota that it does not have";
  EXPECT_EQ(config.limits.tenant_requests_per_second, 0u) << "nor a limit";
  EXPECT_EQ(config.limits.address_failed_authentications_per_minute, 0u)
      << "behind its proxy all users share one address";
  EXPECT_EQ(config.log.level, "info");
  EXPECT_EQ(config.log.file, "vss.log");
  EXPECT_TRUE(config.log.standard_error) << "who reads it there finds it there";
}

TEST(UpstreamConfig, ItsEnvironmentStartsUsWithoutAFile) {
  const Environment environment = {
      {"VSS_BIND_ADDRESS", "0.0.0.0:80"}, {"VSS_MAX_REQUEST_BODY_SIZE", "1000"},
      {"VSS_PSQL_USERNAME", "u"},         {"VSS_PSQL_PASSWORD", "p"},
      {"VSS_PSQL_ADDRESS", "a:1,b:2"},    {"VSS_PSQL_DEFAULT_DB", "d"},
      {"VSS_PSQL_VSS_DB", "v"},           {"VSS_JWT_RSA_PEM", "a key"},
      {"VSS_PSQL_TLS", "false"},
  };
  const auto loaded = LoadConfig(std::nullopt, environment);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Config& config = loaded->config;
  EXPECT_THAT(config.server.listen, ElementsAre("0.0.0.0:80"));
  EXPECT_EQ(config.limits.body_bytes_max.bytes, 1000u);
  EXPECT_EQ(config.store.postgres.hosts, "a:1,b:2");
  EXPECT_THAT(config.auth.schemes, ElementsAre("jwt"));
  EXPECT_THAT(config.auth.jwt_public_keys, ElementsAre("a key"));
  EXPECT_EQ(config.store.postgres.tls, "verify-full") << "set to anything, even false, it is on";
  EXPECT_EQ(config.log.level, "debug");
}

TEST(UpstreamConfig, ItsEnvironmentStandsBesideAFileThatSaysNothing) {
  const Environment environment = {
      {"VSS_BIND_ADDRESS", "0.0.0.0:80"}, {"VSS_PSQL_USERNAME", "u"}, {"VSS_PSQL_PASSWORD", "p"},
      {"VSS_PSQL_ADDRESS", "a:1"},        {"VSS_PSQL_VSS_DB", "v"},   {"VSS_PSQL_DEFAULT_DB", "d"},
      {"VSS_JWT_RSA_PEM", "a key"},
  };
  const Config config = MustLoad("# everything is in the environment\n", environment);
  EXPECT_EQ(config.store.kind, "postgres");
  EXPECT_THAT(config.auth.schemes, ElementsAre("jwt"));
  EXPECT_THAT(config.server.listen, ElementsAre("0.0.0.0:80"));
}

TEST(UpstreamConfig, IsNotMixedWithOurs) {
  for (const char* variable : {"VSS_PSQL_ADDRESS", "VSS_JWT_RSA_PEM", "VSS_BIND_ADDRESS"}) {
    EXPECT_THAT(ProblemWith("[store]\nkind = \"sqlite\"\n", {{variable, "x"}}),
                HasSubstr("one or the other"));
    EXPECT_THAT(ProblemWith("", {{variable, "x"}}), HasSubstr("is missing"));
  }
}

TEST(UpstreamConfig, WhatItIgnoresIsWarnedOf) {
  const auto loaded =
      LoadConfig(std::string(kUpstreamFile) + "[jwt_auth_config.rsa_pen]\nkey = \"x\"\n", {});
  // A second [jwt_auth_config.…] table is legal TOML.
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_THAT(loaded->warnings, ::testing::Contains(HasSubstr("jwt_auth_config.rsa_pen.key")));
}

TEST(UpstreamConfig, NamesWhatIsMissing) {
  EXPECT_THAT(ProblemWith("[server_config]\nbind_address = \"a:1\"\n"),
              HasSubstr("postgresql_config.username is missing (or VSS_PSQL_USERNAME"));
}

TEST(UpstreamConfig, RefusesABodyLimitBeyondOneGiB) {
  EXPECT_THAT(ProblemWith(kUpstreamFile, {{"VSS_MAX_REQUEST_BODY_SIZE", "1073741825"}}),
              HasSubstr("1073741824"));
  EXPECT_EQ(MustLoad(kUpstreamFile, {{"VSS_MAX_REQUEST_BODY_SIZE", "0"}}).limits.body_bytes_max,
            ByteCount{0});
}

struct TlsCase {
  const char* what;
  const char* file;
  Environment environment;
  const char* tls;
  const char* certificate;
};

TEST(UpstreamConfig, TlsIsSwitchedOnAsUpstreamDoes) {
  const TlsCase cases[] = {
      {"nothing", "", {}, "off", ""},
      {"an empty table", "[postgresql_config.tls]\n", {}, "verify-full", ""},
      {"a certificate", "[postgresql_config.tls]\ncrt_pem = \"F\"\n", {}, "verify-full", "F"},
      {"the variable discards the file's certificate",
       "[postgresql_config.tls]\ncrt_pem = \"F\"\n",
       {{"VSS_PSQL_TLS", ""}},
       "verify-full",
       ""},
      {"the certificate's variable wins",
       "[postgresql_config.tls]\ncrt_pem = \"F\"\n",
       {{"VSS_PSQL_TLS", ""}, {"VSS_PSQL_CRT_PEM", "E"}},
       "verify-full",
       "E"},
  };
  for (const TlsCase& c : cases) {
    const Config config = MustLoad(std::string(kUpstreamFile) + c.file, c.environment);
    EXPECT_EQ(config.store.postgres.tls, c.tls) << c.what;
    EXPECT_EQ(config.store.postgres.tls_root_certificate, c.certificate) << c.what;
  }
}

TEST(UpstreamConfig, OurSettingsMayStandBeside) {
  const Config config = MustLoad(std::string(kUpstreamFile) + "[admin]\nlisten = \"127.0.0.1:9\"\n",
                                 {{"VSS_QUOTA_KEYS_MAX", "7"}});
  EXPECT_EQ(config.admin.listen, "127.0.0.1:9");
  EXPECT_EQ(config.quota.keys_max, 7u);
  EXPECT_THAT(ProblemWith(std::string(kUpstreamFile) + "[admin]\nlisen = \"x\"\n"),
              HasSubstr("did you mean admin.listen?"));
}

}  // namespace
}  // namespace vss::server
