#include "server/migrate/migrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

namespace vss::server {
namespace {

using store::Archive;
using store::ArchivedRecord;
using store::ArchiveSize;

// An archive in memory that can fail after some writes, and lose or change what it was given.
class ListArchive final : public Archive {
 public:
  Result<Done> Hold() override {
    is_held = true;
    return Done{};
  }
  Result<ArchiveSize> Size() override { return ArchiveSize{records.size(), 0}; }
  Result<std::vector<ArchivedRecord>> Read(Rank after, std::size_t records_max,
                                           std::size_t) override {
    if (reads_until_growth-- == 0) records[1'000'000'000] = {{"late", "s"}, {}, 1'000'000'000};
    std::vector<ArchivedRecord> page;
    for (auto r = records.upper_bound(after); r != records.end() && page.size() < records_max;
         ++r) {
      page.push_back(r->second);
    }
    return page;
  }
  Result<Done> Write(const std::vector<ArchivedRecord>& page) override {
    if (writes_until_failure-- == 0) return Unavailable("the disk is full");
    for (const ArchivedRecord& record : page) records[record.rank] = record;
    if (spoil) records.rbegin()->second.record.value += "!";
    if (lose) records.erase(std::prev(records.end()));
    return Done{};
  }

  std::map<Rank, ArchivedRecord> records;
  int writes_until_failure = -1;
  int reads_until_growth = -1;
  bool is_held = false;
  bool spoil = false;
  bool lose = false;
};

void Fill(ListArchive& archive, int count) {
  for (int i = 0; i < count; ++i) {
    const Rank rank = i * 3 + 1;
    const std::string text = std::to_string(i);
    archive.records[rank] = {{"tenant" + std::to_string(i % 7), "s"},
                             {"k" + text, i, "v" + text},
                             rank,
                             WallTime(std::chrono::seconds(i)),
                             WallTime(std::chrono::seconds(2 * i))};
  }
}

bool AreEqual(ListArchive& a, ListArchive& b) {
  if (a.records.size() != b.records.size()) return false;
  for (const auto& [rank, record] : a.records) {
    const auto other = b.records.find(rank);
    if (other == b.records.end() || !(other->second.record == record.record) ||
        other->second.space != record.space || other->second.created != record.created ||
        other->second.updated != record.updated) {
      return false;
    }
  }
  return true;
}

const MigrateProgress kQuiet = [](std::string_view, std::uint64_t, std::uint64_t) {};

TEST(Migrate, MovesEveryRecord) {
  ListArchive source;
  ListArchive target;
  Fill(source, 2500);
  const auto summary = Migrate(source, target, kQuiet);
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->records, 2500u);
  EXPECT_EQ(summary->copied, 2500u);
  EXPECT_TRUE(AreEqual(source, target));
  EXPECT_TRUE(source.is_held);
}

TEST(Migrate, RanksMayBeBelowZero) {
  ListArchive source;
  ListArchive target;
  Fill(source, 10);
  for (const Rank rank : {Rank{-7}, Rank{0}}) source.records[rank] = {{"tenant", "s"}, {}, rank};
  EXPECT_EQ(Migrate(source, target, kQuiet)->copied, 12U);
  EXPECT_TRUE(AreEqual(source, target));
}

// The last page was read before: only who looks once more sees it.
TEST(Migrate, ASourceThatGrowsMeanwhileIsNotVerified) {
  for (const int reads : {2, 3, 4}) {
    ListArchive source;
    ListArchive target;
    Fill(source, 10);
    source.reads_until_growth = reads;
    const auto summary = Migrate(source, target, kQuiet);
    EXPECT_EQ(summary.has_value(), summary && summary->records == source.records.size()) << reads;
  }
}

TEST(Migrate, AnEmptyStoreMovesToo) {
  ListArchive source;
  ListArchive target;
  EXPECT_EQ(Migrate(source, target, kQuiet)->records, 0u);
}

TEST(Migrate, GoesOnWhereItWasInterrupted) {
  ListArchive source;
  ListArchive target;
  Fill(source, 3500);
  target.writes_until_failure = 2;
  EXPECT_EQ(Migrate(source, target, kQuiet).error().kind, Kind::kUnavailable);
  EXPECT_EQ(target.records.size(), 2000u);
  target.writes_until_failure = -1;
  EXPECT_EQ(Migrate(source, target, kQuiet)->copied, 1500u);
  EXPECT_TRUE(AreEqual(source, target));
  EXPECT_EQ(Migrate(source, target, kQuiet)->copied, 0u) << "once more changes nothing";
}

TEST(Migrate, DoesNotMixWithWhatIsThere) {
  ListArchive source;
  ListArchive target;
  Fill(source, 10);
  Fill(target, 10);
  target.records[4].record.value = "somebody else's";
  const auto summary = Migrate(source, target, kQuiet);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind, Kind::kInvalid);
  EXPECT_THAT(summary.error().message, testing::HasSubstr("rank 4"));

  ListArchive beyond;
  Fill(beyond, 11);
  EXPECT_FALSE(Migrate(source, beyond, kQuiet)) << "more than the source has";
}

TEST(Migrate, SeesWhatWasSpoiltOrLostOnTheWay) {
  ListArchive source;
  Fill(source, 10);
  ListArchive spoiling;
  spoiling.spoil = true;
  EXPECT_EQ(Migrate(source, spoiling, kQuiet).error().kind, Kind::kInvalid);
  ListArchive losing;
  losing.lose = true;
  EXPECT_EQ(Migrate(source, losing, kQuiet).error().kind, Kind::kCorrupt);
}

TEST(Migrate, ReportsProgress) {
  ListArchive source;
  ListArchive target;
  Fill(source, 2000);
  std::map<std::string, std::uint64_t> reached;
  ASSERT_TRUE(
      Migrate(source, target, [&](std::string_view step, std::uint64_t done, std::uint64_t of) {
        EXPECT_LE(done, of);
        reached[std::string(step)] = done;
      }));
  EXPECT_EQ(reached["copying"], 2000u);
  EXPECT_EQ(reached["verifying"], 2000u);
}

}  // namespace
}  // namespace vss::server
