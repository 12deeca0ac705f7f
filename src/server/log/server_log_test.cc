#include "server/log/server_log.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace vss::server {
namespace {

namespace fs = std::filesystem;

class TempFolder {
 public:
  TempFolder() {
    std::string name = (fs::temp_directory_path() / "vss-log-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() { fs::remove_all(path_); }
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(FormatEvent, TextQuotesWhatWouldBeAmbiguous) {
  EXPECT_EQ(FormatEvent(LogFormat::kText, "listening", {{"address", "a:1"}, {"count", 3}}),
            "listening address=a:1 count=3");
  EXPECT_EQ(FormatEvent(LogFormat::kText, "e", {{"a", "two words"}, {"b", ""}, {"c", "x=y\n"}}),
            R"(e a="two words" b="" c="x=y\u000a")");
}

TEST(FormatEvent, JsonIsJsonWhateverIsLogged) {
  const std::string line = FormatEvent(LogFormat::kJson, "odd \"event\"",
                                       {{"bytes", std::string_view("\xff\x00\n\\", 4)}, {"n", -7}});
  const auto json = nlohmann::json::parse("{" + line + "}");
  EXPECT_EQ(json["event"], "odd \"event\"");
  EXPECT_EQ(json["n"], -7);
  EXPECT_TRUE(json["bytes"].is_string());
}

TEST(ServerLog, WritesToItsFileAndReopensIt) {
  const TempFolder folder;
  const fs::path path = folder / "deep/down/vss.log";
  auto log = MakeServerLog(LogLevel::kInfo, LogFormat::kJson, path.string());
  ASSERT_TRUE(log);
  (*log)->Info("first");
  fs::rename(path, folder / "moved.log");
  (*log)->Info("second");
  ASSERT_TRUE((*log)->Reopen());
  (*log)->Info("third", {{"n", 3}});

  const std::string moved = ReadFile(folder / "moved.log");
  EXPECT_NE(moved.find("first"), std::string::npos);
  EXPECT_NE(moved.find("second"), std::string::npos);
  const auto json = nlohmann::json::parse(ReadFile(path));
  EXPECT_EQ(json["event"], "third");
  EXPECT_EQ(json["level"], "info");
  EXPECT_EQ(json["n"], 3);
}

TEST(ServerLog, ItsFileStandsInForStandardError) {
  const TempFolder folder;
  const std::string file = (folder / "l").string();
  for (const std::string& path : {std::string(), file}) {
    for (const StandardError wish : {StandardError::kWithoutFile, StandardError::kAlways}) {
      auto log = MakeServerLog(LogLevel::kInfo, LogFormat::kText, path, wish);
      ASSERT_TRUE(log);
      ::testing::internal::CaptureStderr();
      (*log)->Info("before");
      ASSERT_TRUE((*log)->Reopen());
      (*log)->Info("after");
      const std::string said = ::testing::internal::GetCapturedStderr();
      const bool is_expected = path.empty() || wish == StandardError::kAlways;
      EXPECT_EQ(said.find("before") != std::string::npos, is_expected) << path;
      EXPECT_EQ(said.find("after") != std::string::npos, is_expected) << path;
    }
  }
}

TEST(ServerLog, LeavesOutWhatIsBelowItsLevel) {
  const TempFolder folder;
  auto log = MakeServerLog(LogLevel::kWarn, LogFormat::kText, (folder / "l").string());
  ASSERT_TRUE(log);
  (*log)->Info("quiet");
  (*log)->Warn("loud");
  (*log)->SetLevel(LogLevel::kDebug);
  (*log)->Debug("chatty");
  const std::string text = ReadFile(folder / "l");
  EXPECT_EQ(text.find("quiet"), std::string::npos);
  EXPECT_NE(text.find("loud"), std::string::npos);
  EXPECT_NE(text.find("chatty"), std::string::npos);
}

TEST(ServerLog, LookingWhetherItsFileCanBeWrittenMakesNothing) {
  const TempFolder folder;
  EXPECT_TRUE(CheckLogFile(""));
  EXPECT_TRUE(CheckLogFile((folder / "deep/down/vss.log").string()));
  EXPECT_FALSE(fs::exists(folder / "deep"));
  EXPECT_FALSE(CheckLogFile((folder / "").string()));
  std::ofstream(folder / "file") << "text";
  EXPECT_FALSE(CheckLogFile((folder / "file/vss.log").string()));
}

TEST(ServerLog, AFileThatCannotBeOpenedIsAFailure) {
  EXPECT_FALSE(MakeServerLog(LogLevel::kInfo, LogFormat::kText, "/proc/nowhere/vss.log"));
}

}  // namespace
}  // namespace vss::server
