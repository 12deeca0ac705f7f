// Moving a whole database.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "store/archive.h"
#include "store/postgres/postgres_archive.h"
#include "tests/postgres/fixture.h"

namespace vss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ArchiveTest : public PostgresTest {
 protected:
  std::unique_ptr<store::Archive> OpenArchive() {
    auto made = store::MakePostgresArchive(options_, clock_, log_);
    EXPECT_TRUE(made) << made.error().message << made.error().detail;
    return *std::move(made);
  }

  static store::ArchivedRecord Archived(const Space& space, const Key& key, Rank rank) {
    const WallTime time{std::chrono::microseconds(1'700'000'000'123'456 + rank)};
    return {space, {key, rank * 2, std::string("\0value", 6)}, rank, time, time};
  }
  static std::vector<Rank> RanksOf(const std::vector<store::ArchivedRecord>& records) {
    std::vector<Rank> ranks;
    ranks.reserve(records.size());
    for (const auto& archived : records) ranks.push_back(archived.rank);
    return ranks;
  }
};

TEST_F(ArchiveTest, GivesBackWhatItWasGiven) {
  const auto archive = OpenArchive();
  EXPECT_THAT(*archive->Read(0, 10, 1000), IsEmpty());
  const std::vector<store::ArchivedRecord> records = {
      Archived({"t", "s"}, "a", 5), Archived({"t", ""}, "a", 7), Archived({"u", "s"}, "b", 90)};
  ASSERT_TRUE(archive->Write(records));
  EXPECT_EQ(archive->Size()->records, 3U);
  EXPECT_EQ(archive->Size()->bytes, 21U);
  const auto read = archive->Read(0, 10, 1000);
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(read->size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*read)[i].space, records[i].space);
    EXPECT_EQ((*read)[i].record, records[i].record);
    EXPECT_EQ((*read)[i].created, records[i].created);
    EXPECT_EQ((*read)[i].updated, records[i].updated);
  }
  EXPECT_THAT(RanksOf(*read), ElementsAre(5, 7, 90));
}

TEST_F(ArchiveTest, IsReadInPieces) {
  const auto archive = OpenArchive();
  std::vector<store::ArchivedRecord> records;
  for (Rank rank = 1; rank <= 5; ++rank) {
    records.push_back(Archived({"t", "s"}, "k" + std::to_string(rank), rank));  // Of 8 bytes.
  }
  ASSERT_TRUE(archive->Write(records));
  EXPECT_THAT(RanksOf(*archive->Read(0, 2, 1000)), ElementsAre(1, 2));
  EXPECT_THAT(RanksOf(*archive->Read(2, 10, 16)), ElementsAre(3, 4));
  EXPECT_THAT(RanksOf(*archive->Read(2, 10, 17)), ElementsAre(3, 4, 5));
  EXPECT_THAT(RanksOf(*archive->Read(4, 10, 0)), ElementsAre(5)) << "always one, if there is one";
  EXPECT_THAT(RanksOf(*archive->Read(5, 10, 1000)), IsEmpty());
}

TEST_F(ArchiveTest, AMoveCanBeResumedButNotMixed) {
  const auto archive = OpenArchive();
  const auto first = Archived({"t", "s"}, "a", 1);
  const auto second = Archived({"t", "s"}, "b", 2);
  ASSERT_TRUE(archive->Write({first}));
  ASSERT_TRUE(archive->Write({first, second}));
  auto other = second;
  other.record.value = "other";
  const auto mixed = archive->Write({Archived({"t", "s"}, "c", 3), other});
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().kind, Kind::kInvalid);
  EXPECT_EQ(archive->Size()->records, 2U) << "nothing of it was written";
  EXPECT_FALSE(archive->Write({Archived({"t", "s"}, "c", 2)})) << "a rank is taken";
}

TEST_F(ArchiveTest, ACountThatIsUnderWayDoesNotOutliveWhatComesIn) {
  const auto archive = OpenArchive();
  const auto counter = Begin("INSERT INTO vss_usage VALUES ('t', 0, 0, 0)");
  auto written = std::async([&] { return archive->Write({Archived({"t", "s"}, "a", 1)}); });
  Await([&] {
    return Waiting() == 1 || written.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  });
  counter->Run("COMMIT");
  ASSERT_TRUE(written.get());
  EXPECT_THAT(Sql("SELECT * FROM vss_usage"), IsEmpty());
}

TEST_F(ArchiveTest, TheStoreGoesOnWhereItEnds) {
  ASSERT_TRUE(OpenArchive()->Write({Archived({"t", "s"}, "a", 1000)}));
  options_.track_usage = true;
  const auto store = Open();
  Batch batch = {{Change::Write("b", Guard::Absent(), 1, "")}};
  batch.allowance.keys_max = 2;
  EXPECT_TRUE(BlockingStore(*store).Commit({"t", "s"}, batch)->IsCommitted());
  batch.changes.front().key = "c";
  EXPECT_EQ(BlockingStore(*store).Commit({"t", "s"}, batch)->kind, CommitOutcome::Kind::kOverQuota);
  const auto page = BlockingStore(*store).List({"t", "s"}, {.prefix = ""});
  EXPECT_THAT(page->entries, ElementsAre(Page::Entry{"b", 1}, Page::Entry{"a", 2000}));
}

}  // namespace
}  // namespace vss::testing
