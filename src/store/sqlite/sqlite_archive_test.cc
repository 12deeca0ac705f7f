#include "store/sqlite/sqlite_archive.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/manual_clock.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/support/blocking_store.h"
#include "tests/support/temp_folder.h"

namespace vss::store {
namespace {

using testing::BlockingStore;
using testing::TempFolder;

constexpr std::size_t kMany = 1'000'000;

class SqliteArchiveTest : public ::testing::Test {
 protected:
  std::unique_ptr<Store> OpenStore(const std::string& name) {
    return *MakeSqliteStore({.path = folder_.Path(name)}, clock_, log_, observer_);
  }
  std::unique_ptr<Archive> OpenArchive(const std::string& name) {
    return *MakeSqliteArchive({.path = folder_.Path(name)});
  }

  void Put(Store& store, const Space& space, const Key& key, const std::string& value) {
    clock_.Advance(std::chrono::seconds(1));
    const Batch batch = {{Change::Write(key, Guard::Anything(), 7, value)}, {}};
    EXPECT_TRUE(BlockingStore(store).Commit(space, batch)->IsCommitted());
  }

  void FillSource() {
    const auto store = OpenStore("source.db");
    Put(*store, {"alice", "s"}, "a", "1");
    Put(*store, {"alice", "t"}, "b", std::string("2\0", 2));
    Put(*store, {"bob", ""}, "", "");
    Put(*store, {"alice", "s"}, "c", "3");
    Put(*store, {"alice", "s"}, "a", "changed");
  }

  TempFolder folder_;
  ManualClock clock_;
  NoLog log_;
  NoObserver observer_;
};

TEST_F(SqliteArchiveTest, RecordsAreReadByRank) {
  FillSource();
  const auto archive = OpenArchive("source.db");
  const auto records = *archive->Read(0, kMany, kMany);
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].space, (Space{"alice", "s"}));
  EXPECT_EQ(records[0].record, (Record{"a", 7, "changed"}));
  EXPECT_EQ(records[0].updated - records[0].created, std::chrono::seconds(4));
  EXPECT_EQ(records[1].record, (Record{"b", 7, std::string("2\0", 2)}));
  EXPECT_EQ(records[2].space, (Space{"bob", ""}));
  EXPECT_EQ(records[2].record, (Record{"", 7, ""}));
  EXPECT_EQ(archive->Size()->records, 4U);
  EXPECT_EQ(archive->Size()->bytes, 8U + 3U + 0U + 2U);
}

TEST_F(SqliteArchiveTest, PiecesAreBoundedButNeverEmptyBeforeTheEnd) {
  FillSource();
  const auto archive = OpenArchive("source.db");
  const auto all = *archive->Read(0, kMany, kMany);
  EXPECT_EQ(archive->Read(0, 3, kMany)->size(), 3U);
  EXPECT_EQ(archive->Read(0, kMany, 1)->size(), 1U);
  EXPECT_EQ(archive->Read(0, kMany, 9)->size(), 2U);
  EXPECT_EQ(archive->Read(all[1].rank, kMany, kMany)->size(), 2U);
  EXPECT_EQ(archive->Read(all[3].rank, kMany, kMany)->size(), 0U);
}

TEST_F(SqliteArchiveTest, AnEmptyArchiveIsEmpty) {
  const auto archive = OpenArchive("source.db");
  EXPECT_EQ(archive->Size()->records, 0U);
  EXPECT_TRUE(archive->Read(0, kMany, kMany)->empty());
}

TEST_F(SqliteArchiveTest, AMoveKeepsEverythingAndCanBeTakenUpAgain) {
  FillSource();
  const auto records = *OpenArchive("source.db")->Read(0, kMany, kMany);
  {
    const auto target = OpenArchive("target.db");
    EXPECT_TRUE(target->Write({records[0], records[1]}));
    EXPECT_TRUE(target->Write(records));
    EXPECT_TRUE(*target->Read(0, kMany, kMany) == records);
    EXPECT_EQ(target->Size()->records, 4U);
    EXPECT_EQ(target->Size()->bytes, 13U);
  }
  const auto store = OpenStore("target.db");
  Put(*store, {"alice", "s"}, "d", "4");
  const Page page = *BlockingStore(*store).List({"alice", "s"}, {});
  ASSERT_EQ(page.entries.size(), 3U);
  EXPECT_EQ(page.entries[0].key, "d");
  EXPECT_EQ(page.entries[1].key, "c");
  // What moved in is counted.
  const auto outcome = BlockingStore(*store).Commit(
      {"bob", "s"}, {{Change::Write("x", Guard::Absent(), 1, "")}, {.stores_max = 1}});
  EXPECT_EQ(outcome->kind, CommitOutcome::Kind::kOverQuota);
}

TEST_F(SqliteArchiveTest, ADifferentRecordIsNotOverwritten) {
  FillSource();
  auto records = *OpenArchive("source.db")->Read(0, kMany, kMany);
  const auto target = OpenArchive("target.db");
  ASSERT_TRUE(target->Write({records[0]}));
  const ArchivedRecord kept = records[0];

  ArchivedRecord other_value = kept;
  other_value.record.value = "other";
  ArchivedRecord other_key = kept;
  other_key.record.key = "other";
  ArchivedRecord other_rank = kept;
  other_rank.rank += 100;
  for (const ArchivedRecord& other : {other_value, other_key, other_rank}) {
    const auto written = target->Write({records[1], other});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, Kind::kInvalid);
    EXPECT_TRUE(*target->Read(0, kMany, kMany) == std::vector<ArchivedRecord>{kept});
  }
}

TEST_F(SqliteArchiveTest, TheLogStaysShortDuringAMove) {
  const std::string path = folder_.Path("target.db");
  const auto target = *MakeSqliteArchive({.path = path, .checkpoint_pages = 20});
  for (Rank rank = 1; rank <= 200; ++rank) {
    const Record record = {std::to_string(rank), 1, std::string(10'000, 'v')};
    EXPECT_TRUE(target->Write({{{"alice", "s"}, record, rank, {}, {}}}));
  }
  EXPECT_LT(std::filesystem::file_size(path + "-wal"), 1'000'000U);
}

TEST_F(SqliteArchiveTest, NoServerUsesTheFileMeanwhile) {
  const auto archive = OpenArchive("source.db");
  EXPECT_FALSE(MakeSqliteStore({.path = folder_.Path("source.db")}, clock_, log_, observer_));
}

}  // namespace
}  // namespace vss::store
