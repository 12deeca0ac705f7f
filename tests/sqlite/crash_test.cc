// A server killed at any moment loses nothing that it acknowledged, and tears nothing.
//
// VSS_CRASH_CYCLES in the environment asks for a longer run.

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/observer.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/support/blocking_store.h"
#include "tests/support/seed.h"
#include "tests/support/temp_folder.h"

namespace vss::testing {
namespace {

constexpr int kWriters = 16;
const char* const kKeys[] = {"a", "b", "c"};  // Each batch writes one version to all of them.

Space SpaceOf(int writer) {
  return {"tenant" + std::to_string(writer % 5), std::to_string(writer)};
}

class Server {
 public:
  explicit Server(const std::string& path) {
    auto made = store::MakeSqliteStore(
        {.path = path, .check = store::SqliteOptions::Check::kAlways}, clock_, log_, observer_);
    CHECK(made);
    store_ = *std::move(made);
  }
  store::Store& store() { return *store_; }

 private:
  SystemClock clock_;
  NoLog log_;
  store::NoObserver observer_;
  std::unique_ptr<store::Store> store_;
};

struct Acknowledgement {
  int writer;
  Version version;
};

// In the child: every writer writes one version after the other, and tells the parent of each that
// was answered.
[[noreturn]] void WriteUntilKilled(const std::string& path, const std::vector<Version>& from,
                                   int pipe) {
  Server server(path);
  std::vector<Version> versions = from;
  std::function<void(int)> write = [&](int writer) {
    const Version next = ++versions[static_cast<std::size_t>(writer)];
    Batch batch;
    for (const char* key : kKeys) {
      // Values of many sizes, now and then one of many pages.
      const std::size_t bytes = next % 50 == 0 ? 50'000 : static_cast<std::size_t>(next % 700);
      batch.changes.push_back(Change::Write(key, Guard::Anything(), next, std::string(bytes, 'v')));
    }
    batch.changes.push_back(Change::Write("n" + std::to_string(next), Guard::Absent(), 1, ""));
    batch.changes.push_back(Change::Remove("n" + std::to_string(next - 5), Guard::Anything()));
    server.store().Commit(SpaceOf(writer), std::move(batch), Deadline::Never(),
                          [&, writer, next](const Result<CommitOutcome>& outcome) {
                            CHECK(outcome && outcome->IsCommitted());
                            const Acknowledgement told = {writer, next};
                            CHECK(::write(pipe, &told, sizeof told) == sizeof told);
                            write(writer);
                          });
  };
  for (int writer = 0; writer < kWriters; ++writer) write(writer);
  for (;;) pause();
}

// Collects acknowledgements until the pipe is closed.
void Collect(int pipe, std::vector<Version>& acknowledged) {
  Acknowledgement told;
  while (read(pipe, &told, sizeof told) == sizeof told) {
    acknowledged[static_cast<std::size_t>(told.writer)] = told.version;
  }
}

// Checks what `writer` finds and returns the version it finds.
Version CheckSpace(BlockingStore store, int writer, Version acknowledged) {
  const auto found = store.Scan(SpaceOf(writer), {"", 1'000'000'000});
  CHECK(found);
  if (found->records.empty()) {
    EXPECT_EQ(acknowledged, 0);
    return 0;
  }
  std::map<Key, Version> versions;
  for (const Record& record : found->records) versions[record.key] = record.version;
  const Version version = versions["a"];
  EXPECT_GE(version, acknowledged) << "an acknowledged write is lost";
  EXPECT_LE(version, acknowledged + 1) << "a write happened that nobody asked for";
  EXPECT_EQ(versions["b"], version) << "a torn batch";
  EXPECT_EQ(versions["c"], version) << "a torn batch";
  EXPECT_TRUE(versions.contains("n" + std::to_string(version))) << "a torn batch";
  EXPECT_EQ(versions.size(), 3U + static_cast<std::size_t>(std::min<Version>(version, 5)));
  return version;
}

// What docs/formats/sqlite-store.md says must hold between the tables.
void CheckTables(const std::string& path) {
  const std::string counted =
      "SELECT tenant, sum(length(CAST(key AS BLOB)) + length(value)), count(*), "
      "count(DISTINCT space) FROM record JOIN space ON space.id = record.space GROUP BY tenant";
  const std::string kept = "SELECT name, bytes, keys, stores FROM tenant";
  const std::string empty = "SELECT id FROM space WHERE id NOT IN (SELECT space FROM record)";
  auto database = store::sqlite::Database::Open(path, "");
  ASSERT_TRUE(database);
  const auto rows_of = [&](const std::string& query) {
    return *database->Number("SELECT count(*) FROM (" + query + ")");
  };
  EXPECT_EQ(rows_of(counted + " EXCEPT " + kept), 0);
  EXPECT_EQ(rows_of(kept + " EXCEPT " + counted), 0);
  EXPECT_EQ(rows_of(empty), 0);
}

int Cycles() {
  const char* const given = std::getenv("VSS_CRASH_CYCLES");
  return given != nullptr ? std::atoi(given) : 20;
}

TEST(Crash, NothingAcknowledgedIsLostAndNothingIsTorn) {
  const TempFolder folder;
  const std::string path = folder.Path("vss.db");
  Random random = MakeRandom();
  std::vector<Version> versions(kWriters, 0);
  Version all = 0;
  for (int cycle = 0; cycle < Cycles() && !::testing::Test::HasFailure(); ++cycle) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      WriteUntilKilled(path, versions, ends[1]);
    }
    close(ends[1]);
    std::thread killer([child, after = std::chrono::milliseconds(20 + Below(random, 200))] {
      std::this_thread::sleep_for(after);
      kill(child, SIGKILL);
    });
    Collect(ends[0], versions);
    killer.join();
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the server died of itself";

    Server server(path);
    for (int writer = 0; writer < kWriters; ++writer) {
      Version& version = versions[static_cast<std::size_t>(writer)];
      version = CheckSpace(BlockingStore(server.store()), writer, version);
    }
    CheckTables(path);
  }
  for (const Version version : versions) all += version;
  EXPECT_GT(all, 0);
  std::cout << Cycles() << " kills, " << all << " batches" << std::endl;
}

}  // namespace
}  // namespace vss::testing
