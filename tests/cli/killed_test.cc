// kill -9 in the middle, again and again: the same command finishes the work.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/cli/shell.h"
#include "tests/conformance/vss_client.h"
#include "tests/support/seed.h"

namespace vss::testing {
namespace {

constexpr int kRecords = 2000;
constexpr std::size_t kValueBytes = 2000;
constexpr int kKills = 10;

std::vector<Entry> EverythingIn(const std::string& base, const std::string& store) {
  VssClient client(base.substr(0, base.rfind('/')), store);
  std::vector<Entry> entries;
  for (const Listing& page : client.AllPages()) {
    for (const Entry& entry : page.entries) {
      entries.push_back({entry.key, 0, client.MustGet(entry.key).value});
    }
  }
  return entries;
}

class Killed : public ::testing::Test {
 protected:
  Killed() : random_(MakeRandom()), url_(shell_.Serve("none")) {
    shell_.environment["VSS_URL"] = url_;
    VssClient client(url_.substr(0, url_.rfind('/')), "");
    for (int i = 0; i < kRecords; i += 100) {
      std::vector<Entry> entries;
      for (int j = i; j < i + 100; ++j) {
        std::string value(kValueBytes, '\0');
        for (char& c : value) c = static_cast<char>(random_());
        entries.push_back({"key-" + std::to_string(j), 0, std::move(value)});
      }
      EXPECT_EQ(client.Put(std::move(entries)), kOk);
    }
  }

  // Starts the command and kills it, until it has been killed often enough; then lets it end.
  Ran Torment(const std::string& command) {
    for (int i = 0; i < kKills; ++i) {
      const pid_t pid = shell_.Start(command);
      std::this_thread::sleep_for(std::chrono::milliseconds(Below(random_, 120)));
      kill(pid, SIGKILL);
      Shell::Wait(pid);
    }
    return shell_.Run(command);
  }

  Shell shell_;
  Random random_;
  const std::string url_;
};

TEST_F(Killed, BackupAndRestoreAreFinishedByTheSameCommand) {
  const Ran backup = Torment("vss backup b --replace");
  ASSERT_EQ(backup.exit_code, 0) << backup.errors;
  const Ran verify = shell_.Run("vss verify b");
  EXPECT_EQ(verify.exit_code, 0) << verify.errors;
  const Ran restore = Torment("vss --store second restore b");
  ASSERT_EQ(restore.exit_code, 0) << restore.errors;
  const auto restored = EverythingIn(url_, "second");
  EXPECT_EQ(restored.size(), kRecords);
  EXPECT_EQ(restored, EverythingIn(url_, ""));  // The order, too.
}

TEST_F(Killed, ACopyIsFinishedByTheSameCommand) {
  shell_.Run(
      "printf '[profile.old]\\nurl = \"'$VSS_URL'\"\\n[profile.new]\\nurl = \"'$VSS_URL'\"\\n"
      "store = \"second\"\\n' > config.toml");
  const Ran copy = Torment("vss --config config.toml copy old new");
  ASSERT_EQ(copy.exit_code, 0) << copy.errors;
  const auto copied = EverythingIn(url_, "second");
  EXPECT_EQ(copied.size(), kRecords);
  EXPECT_EQ(copied, EverythingIn(url_, ""));
}

// Somebody writes all the time; what is copied follows until they pause.
TEST_F(Killed, ACopyFollowsAWalletThatWrites) {
  std::atomic<bool> is_writing = true;
  std::thread wallet([&] {
    VssClient client(url_.substr(0, url_.rfind('/')), "");
    for (int i = 0; i < 40; ++i) {
      client.Put({{"key-" + std::to_string(i % 7), -1, std::to_string(i)}});
      if (i % 10 == 3) client.Delete("key-" + std::to_string(100 + i), -1);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    is_writing = false;
  });
  shell_.Run(
      "printf '[profile.old]\\nurl = \"'$VSS_URL'\"\\n[profile.new]\\nurl = \"'$VSS_URL'\"\\n"
      "store = \"second\"\\n' > config.toml");
  Ran copy;
  do {
    copy = shell_.Run("vss --config config.toml copy old new --spool s");
    ASSERT_TRUE(copy.exit_code == 0 || copy.exit_code == 4 || copy.exit_code == 6) << copy.errors;
  } while (copy.exit_code != 0 || is_writing);
  wallet.join();
  copy = shell_.Run("vss --config config.toml copy old new --spool s --remove");
  ASSERT_EQ(copy.exit_code, 0) << copy.errors;
  EXPECT_EQ(EverythingIn(url_, "second"), EverythingIn(url_, ""));
}

// What was said to be exported is there after a power failure: names are in folders.
TEST(Exported, IsOnTheDiskWithItsFolders) {
  Shell shell;
  if (shell.Run("command -v strace && strace true").exit_code != 0) {
    std::fprintf(stderr, "SKIPPED: strace is not installed, or not allowed\n");
    GTEST_SKIP();
  }
  shell.environment["VSS_URL"] = shell.Serve("none");
  shell.environment["ASAN_OPTIONS"] += ":detect_leaks=0";  // Works in no traced program.
  const Ran ran = shell.Run(
      "head -c 32 /dev/urandom > key; chmod 600 key; mkdir -p fs/payments fs/updates/aa; "
      "echo x | tee fs/manager fs/payments/p > fs/updates/aa/1; "
      "vss --key-file key ldk import fs && "
      "strace -f -y -e trace=fsync -o trace vss --key-file key ldk export new/out");
  ASSERT_EQ(ran.exit_code, 0) << ran.errors;
  const std::string trace = ReadWholeFile(shell.Path("trace"));
  const std::string home = "<" + std::filesystem::canonical(shell.Path(".")).string();
  for (const std::string folder :
       {"", "/new", "/new/out", "/new/out/payments", "/new/out/updates", "/new/out/updates/aa"}) {
    EXPECT_NE(trace.find(home + folder + ">)"), std::string::npos) << folder << trace;
  }
}

}  // namespace
}  // namespace vss::testing
