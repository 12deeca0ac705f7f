// The disk is full.  What cannot be written is refused, what is there can be read, nothing
// acknowledged is lost, and when there is room again writes work again, all without a restart.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iostream>

#include "tests/e2e/crowd.h"
#include "tests/e2e/deployment.h"

namespace vss::testing {
namespace {

namespace fs = std::filesystem;

// Runs a server through a full disk and out of it.
void Fill(Deployment& deployment, const std::function<void(const ServerProcess&)>& take_room,
          const std::function<void(const ServerProcess&)>& give_room) {
  Random random = MakeRandom();
  auto server = deployment.Start();
  Crowd crowd(4, random);
  crowd.Begin(server->Base());
  Pause(std::chrono::milliseconds(100));
  take_room(*server);

  VssClient filler(server->Base(), "filler");
  int written = 0;
  Outcome outcome = kOk;
  while (outcome == kOk && written < 2000) {
    outcome = filler.Put({{"k" + std::to_string(written), 0, std::string(100'000, 'f')}});
    if (outcome == kOk) ++written;
  }
  EXPECT_NE(WordOf(outcome), Word::kDone) << "it was never full";
  Pause(std::chrono::milliseconds(200));  // The crowd meets the full disk as well.
  crowd.End();

  crowd.CheckAll(server->Base());  // While it is full.
  for (int i = 0; i < written; ++i) {
    EXPECT_EQ(filler.MustGet("k" + std::to_string(i)).value.size(), 100'000U);
  }
  std::cout << "while full: " << crowd.counts() << std::endl;

  give_room(*server);
  // Of this write nobody knows whether it happened; it is not asked for again.
  const std::string key = "after";
  EXPECT_TRUE(Eventually([&] { return filler.Put({{key, -1, "room"}}) == kOk; }));
  crowd.Begin(server->Base());
  Pause(std::chrono::milliseconds(200));
  crowd.End();
  crowd.CheckAll(server->Base());
  EXPECT_EQ(server->Stop(SIGTERM), 0) << server->Output();

  // And it is all in the file.
  server = deployment.Start();
  crowd.CheckAll(server->Base());
  EXPECT_EQ(VssClient(server->Base(), "filler").MustGet("after").value, "room");
}

// No file may grow any more: what a quota of the file system looks like.
TEST(DiskFull, BecauseAFileMayNotGrow) {
  Deployment deployment("sqlite");
  signal(SIGXFSZ, SIG_IGN);  // The server inherits that: it is told by the failed write.
  const auto limit = [](const ServerProcess& server, rlim_t bytes) {
    const rlimit limits = {bytes, RLIM_INFINITY};
    ASSERT_EQ(prlimit(server.pid(), RLIMIT_FSIZE, &limits, nullptr), 0) << std::strerror(errno);
  };
  Fill(
      deployment,
      [&](const ServerProcess& server) {
        const auto now = std::max(fs::file_size(deployment.Path("vss.db")),
                                  fs::file_size(deployment.Path("vss.db-wal")));
        limit(server, now + 400'000);
      },
      [&](const ServerProcess& server) { limit(server, RLIM_INFINITY); });
}

// A file system of its own with little room.
TEST(DiskFull, BecauseTheFileSystemIs) {
  Deployment deployment("sqlite");
  const std::string folder = deployment.Path("disk");
  fs::create_directory(folder);
  if (mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=8m") != 0) {
    GTEST_SKIP() << "no file system can be mounted here: " << std::strerror(errno);
  }
  deployment.settings["VSS_STORE_SQLITE_PATH"] = folder + "/vss.db";
  Fill(
      deployment, [](const ServerProcess&) {},
      [&](const ServerProcess&) {
        ASSERT_EQ(mount("tmpfs", folder.c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
      });
  EXPECT_EQ(umount2(folder.c_str(), MNT_DETACH), 0);
}

}  // namespace
}  // namespace vss::testing
