// Backup and restore against a store that moves, breaks off, or lies.

#include "backup/restore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "backup/file.h"
#include "backup/memory_remote.h"
#include "backup/survey.h"
#include "backup/take.h"
#include "base/manual_clock.h"
#include "tests/support/seed.h"
#include "tests/support/temp_folder.h"

namespace vss::backup {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class BackupTest : public ::testing::Test {
 protected:
  Result<Taken> Take() {
    ManualClock clock;
    return TakeBackup(source_, place_, Rename::kReplaces, clock, {});
  }
  Result<RestoreOutcome> RestoreTo(Remote& target, RestoreOptions options = {}) {
    auto bytes = FileBytes::Open(path_);
    auto contents = Examine(**bytes);
    return Restore(**bytes, *contents, target, options, {});
  }
  // Lets `requests` of the source's requests through and fails those behind them.
  void BreakOffAfter(int requests) {
    source_.before = [requests]() mutable -> std::optional<Failure> {
      if (requests-- > 0) return std::nullopt;
      return Failure{Kind::kUnavailable, "gone"};
    };
  }
  // Does something once, before the n-th request.
  static std::function<std::optional<Failure>()> Once(int n, std::function<void()> what) {
    return [n, what = std::move(what)]() mutable -> std::optional<Failure> {
      if (n-- == 0) what();
      return std::nullopt;
    };
  }
  // Keys and values, newest created first.
  static std::vector<std::pair<Key, std::string>> AllOf(const MemoryRemote& remote) {
    std::vector<std::pair<Key, std::string>> all;
    for (const Key& key : remote.Keys()) all.emplace_back(key, remote.ValueOf(key));
    return all;
  }
  // The last byte of HEAD, and so of its link.
  void DamageFirstLink(const std::string& path) const {
    const Head head{.origin = place_.origin, .store_id = place_.store_id};
    const std::size_t end =
        kPreambleBytes + kFrameHeaderBytes + EncodeHead(head).size() + kFrameTrailerBytes;
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(end - 1));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(end - 1));
    file.put(static_cast<char>(byte ^ 1));
  }
  void Fill(int records) {
    for (int i = 0; i < records; ++i) source_.Put("k" + std::to_string(i), std::to_string(i));
  }

  const testing::TempFolder folder_;
  const std::string path_ = folder_.Path("b");
  const Place place_{.path = path_, .origin = {1}, .store_id = "wallet"};
  MemoryRemote source_;
  MemoryRemote target_;
};

TEST_F(BackupTest, AStoreComesBackInItsOrder) {
  source_.Put("b", "1");
  source_.Put("a", "2");
  source_.Put("c", "3");
  source_.Put("b", "4");  // Written again, created first all the same.
  source_.global_version = 9;
  const auto taken = Take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->summary.records, 3U);
  EXPECT_EQ(taken->summary.global_version_before, 9);

  const auto outcome = RestoreTo(target_);
  ASSERT_TRUE(outcome && outcome->IsDone());
  EXPECT_EQ(outcome->created, 3U);
  EXPECT_TRUE(outcome->is_order_kept);
  EXPECT_EQ(target_.Keys(), source_.Keys());
  EXPECT_EQ(target_.ValueOf("b"), "4");
}

TEST_F(BackupTest, AnEmptyStoreIsAStore) {
  ASSERT_TRUE(Take());
  ASSERT_TRUE(RestoreTo(target_));
  EXPECT_TRUE(target_.Keys().empty());
}

TEST_F(BackupTest, TheLongestKeyComesBack) {
  std::string key;
  for (int i = 0; i < 600; ++i) key += "\U0001F511";
  source_.Put(key, "value");
  ASSERT_TRUE(Take());
  ASSERT_TRUE(RestoreTo(target_));
  EXPECT_EQ(target_.ValueOf(key), "value");
}

// Whatever is written while the store is read, the backup has all of it or nothing.
TEST_F(BackupTest, WhatMovesIsReadAgain) {
  const std::vector<std::function<void()>> writes = {
      [this] { source_.Put("k2", "new"); },
      [this] { source_.PutUnconditionally("k2", "new"); },  // Its version says nothing.
      [this] { source_.Put("another", "new"); },
      [this] { source_.Remove("k2"); },
      [this] { source_.Remove("k2"), source_.Put("k2", "born again"); },
      [this] { source_.PutUnconditionally("k2", "new"), source_.Put("k9", "newer"); },
  };
  for (std::size_t which = 0; which < writes.size(); ++which) {
    int backups_with_it = 0;
    for (int when = 0; when < 40; ++when) {
      source_ = {};
      target_ = {};
      Fill(10);
      const auto before = AllOf(source_);
      source_.before = Once(when, writes[which]);
      ASSERT_TRUE(Take());
      ASSERT_TRUE(RestoreTo(target_));
      source_.before = [] { return std::nullopt; };
      const auto copied = AllOf(target_);
      EXPECT_TRUE(copied == before || copied == AllOf(source_)) << which << " " << when;
      if (copied != before) ++backups_with_it;
    }
    EXPECT_GT(backups_with_it, 5);
  }
}

TEST_F(BackupTest, AStoreThatNeverStandsStillIsNoBackup) {
  Fill(5);
  int n = 0;
  source_.before = [&]() -> std::optional<Failure> {
    source_.PutUnconditionally("k0", std::to_string(++n));
    return std::nullopt;
  };
  const auto taken = Take();
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, Kind::kUnavailable);
  EXPECT_FALSE(FileBytes::Open(path_));
}

TEST_F(BackupTest, GoesOnWhereItBrokeOff) {
  Fill(50);
  BreakOffAfter(20);
  ASSERT_FALSE(Take());
  source_.PutUnconditionally("k49", "changed since");  // Read before it broke off.
  source_.before = [] { return std::nullopt; };
  const auto taken = Take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->records_kept_before, 15U);  // Five pages: a list and three values each.
  ASSERT_TRUE(RestoreTo(target_));
  EXPECT_EQ(AllOf(target_), AllOf(source_));
  EXPECT_EQ(target_.ValueOf("k49"), "changed since");
}

TEST_F(BackupTest, ARestoreNeverReplacesWhatDiffers) {
  Fill(10);
  ASSERT_TRUE(Take());
  target_.Put("k5", "newer");
  target_.Put("theirs", "other");
  auto outcome = RestoreTo(target_);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->IsDone());
  EXPECT_THAT(outcome->conflicts, ElementsAre("k5"));
  EXPECT_THAT(target_.Keys(), ElementsAre("theirs", "k5"));  // Nothing was written at all.

  outcome = RestoreTo(target_, {.may_overwrite = true});
  ASSERT_TRUE(outcome && outcome->IsDone());
  EXPECT_EQ(outcome->replaced, 1U);
  EXPECT_EQ(outcome->created, 9U);
  EXPECT_EQ(outcome->only_in_target, 1U);
  EXPECT_FALSE(outcome->is_order_kept);
  EXPECT_EQ(target_.ValueOf("k5"), "5");
  EXPECT_EQ(target_.ValueOf("theirs"), "other");
}

TEST_F(BackupTest, ARestoreGoesOnWhereItBrokeOff) {
  Fill(300);
  ASSERT_TRUE(Take());
  target_.before = [requests = 3]() mutable -> std::optional<Failure> {
    if (requests-- > 0) return std::nullopt;
    return Failure{Kind::kUnavailable, "gone"};
  };
  ASSERT_FALSE(RestoreTo(target_));
  EXPECT_EQ(target_.Keys().size(), 200U);
  target_.before = [] { return std::nullopt; };
  const auto outcome = RestoreTo(target_);
  ASSERT_TRUE(outcome && outcome->IsDone());
  EXPECT_EQ(outcome->there_already, 200U);
  EXPECT_EQ(outcome->created, 100U);
  EXPECT_TRUE(outcome->is_order_kept);
  EXPECT_EQ(target_.Keys(), source_.Keys());
}

TEST_F(BackupTest, SomebodyElsesWriteDuringARestoreIsAConflict) {
  Fill(300);
  ASSERT_TRUE(Take());
  target_.before = Once(2, [this] { target_.Put("k150", "theirs"); });
  const auto outcome = RestoreTo(target_);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->IsDone());
  EXPECT_EQ(outcome->created, 100U);
  EXPECT_EQ(target_.ValueOf("k150"), "theirs");
}

TEST_F(BackupTest, ACopyFollowsItsSource) {
  Fill(10);
  ASSERT_TRUE(Take());
  ASSERT_TRUE(RestoreTo(target_));
  source_.Put("k3", "new");
  source_.Remove("k4");
  source_.Put("last", "x");
  ASSERT_TRUE(ContinueBackup(place_));
  ASSERT_TRUE(Take());
  EXPECT_FALSE(RestoreTo(target_)->IsDone());  // Not the business of a restore.
  const auto outcome = RestoreTo(target_, {.target_is_a_copy = true, .may_remove = true});
  ASSERT_TRUE(outcome && outcome->IsDone());
  EXPECT_EQ(outcome->removed, 1U);
  EXPECT_EQ(outcome->replaced, 1U);
  EXPECT_EQ(target_.Keys(), source_.Keys());
  EXPECT_EQ(target_.ValueOf("k3"), "new");
}

// What an earlier run has copied is somebody's by now, perhaps.
TEST_F(BackupTest, ACopyRemovesUnaskedOnlyWhatItHasWrittenItself) {
  Fill(3);
  ASSERT_TRUE(Take());
  Keys written;
  const RestoreOptions options = {.target_is_a_copy = true, .written_by_this_run = &written};
  ASSERT_TRUE(RestoreTo(target_, options));
  EXPECT_EQ(written.size(), 3U);
  source_.Remove("k0");
  ASSERT_TRUE(ContinueBackup(place_));
  ASSERT_TRUE(Take());
  auto outcome = RestoreTo(target_, {.target_is_a_copy = true});  // Another run.
  ASSERT_TRUE(outcome && outcome->IsDone());
  EXPECT_EQ(outcome->gone_from_source, 1U);
  EXPECT_THAT(target_.Keys(), ElementsAre("k2", "k1", "k0"));
  outcome = RestoreTo(target_, options);
  ASSERT_TRUE(outcome && outcome->IsDone());
  EXPECT_EQ(outcome->removed, 1U);
  EXPECT_EQ(target_.Keys(), source_.Keys());
}

TEST_F(BackupTest, ACopyThatWentOnByItselfIsAConflict) {
  Fill(3);
  ASSERT_TRUE(Take());
  ASSERT_TRUE(RestoreTo(target_));
  source_.Remove("k0");
  target_.Put("k0", "written there");
  ASSERT_TRUE(ContinueBackup(place_));
  ASSERT_TRUE(Take());
  auto outcome = RestoreTo(target_, {.target_is_a_copy = true, .may_remove = true});
  ASSERT_TRUE(outcome);
  EXPECT_THAT(outcome->conflicts, ElementsAre("k0"));
  outcome = RestoreTo(target_, {.may_overwrite = true, .target_is_a_copy = true});
  ASSERT_TRUE(outcome && outcome->IsDone());
  EXPECT_EQ(target_.ValueOf("k0"), "written there");
}

TEST_F(BackupTest, AStoreThatHasBecomeEmptyIsRefused) {
  Fill(3);
  ASSERT_TRUE(Take());
  source_ = {};
  EXPECT_EQ(Take().error().kind, Kind::kInvalid);  // In place of the old one.
  EXPECT_TRUE(RestoreTo(target_));
  EXPECT_EQ(target_.Keys().size(), 3U);
  std::filesystem::remove(PartOf(path_));
  ASSERT_TRUE(ContinueBackup(place_));
  EXPECT_EQ(Take().error().kind, Kind::kInvalid);  // Going on with it.
  std::filesystem::remove(path_);
  EXPECT_EQ(Take().error().kind, Kind::kInvalid);  // The part knows it, too.
  std::filesystem::remove(PartOf(path_));
  EXPECT_TRUE(Take());
}

TEST_F(BackupTest, AStoreThatBecomesEmptyWhileItIsReadIsRefused) {
  Fill(3);
  source_.before = Once(5, [this] {
    for (const Key& key : source_.Keys()) source_.Remove(key);
  });
  EXPECT_EQ(Take().error().kind, Kind::kInvalid);
  EXPECT_FALSE(FileBytes::Open(path_));
}

TEST_F(BackupTest, NothingIsRemovedForAnEmptyBackup) {
  Fill(3);
  ASSERT_TRUE(Take());
  ASSERT_TRUE(RestoreTo(target_));
  auto bytes = FileBytes::Open(path_);
  auto contents = Examine(**bytes);
  contents->index.clear();
  ASSERT_TRUE(
      Restore(**bytes, *contents, target_, {.target_is_a_copy = true, .may_remove = true}, {}));
  EXPECT_EQ(target_.Keys().size(), 3U);
}

TEST_F(BackupTest, AFileThatIsGoneOnWithStaysWholeUntilItIsReplaced) {
  Fill(10);
  ASSERT_TRUE(Take());
  source_.Put("k3", "new");
  ASSERT_TRUE(ContinueBackup(place_));
  BreakOffAfter(8);
  ASSERT_FALSE(Take());
  ASSERT_TRUE(RestoreTo(target_));
  EXPECT_EQ(target_.ValueOf("k3"), "3");
  source_.before = [] { return std::nullopt; };
  ASSERT_TRUE(ContinueBackup(place_));  // Goes on with the part.
  EXPECT_GE(Take()->records_kept_before, 10U);
  ASSERT_TRUE(RestoreTo(target_, {.target_is_a_copy = true}));
  EXPECT_EQ(target_.ValueOf("k3"), "new");
}

TEST_F(BackupTest, OnlyTheSameOriginReplacesAFile) {
  Fill(10);
  ASSERT_TRUE(Take());
  Place other = place_;
  other.origin = {2};
  ManualClock clock;
  const auto taken = TakeBackup(source_, other, Rename::kReplaces, clock, {});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, Kind::kInvalid);
  EXPECT_FALSE(FileBytes::Open(PartOf(path_)));
}

// Where the wallet at the target writes unconditionally, its records stay at version 1.
TEST_F(BackupTest, AnUnconditionalWriteDuringARestoreIsAConflict) {
  Fill(3);
  ASSERT_TRUE(Take());
  target_.Put("k1", "old");
  target_.before = Once(2, [this] { target_.PutUnconditionally("k1", "theirs"); });
  const auto outcome = RestoreTo(target_, {.may_overwrite = true});
  ASSERT_TRUE(outcome);
  EXPECT_THAT(outcome->conflicts, ElementsAre("k1"));
  EXPECT_EQ(target_.ValueOf("k1"), "theirs");
}

TEST_F(BackupTest, APartThatIsDamagedFromItsFirstFrameOnIsLeftAlone) {
  Fill(10);
  BreakOffAfter(20);
  ASSERT_FALSE(Take());
  DamageFirstLink(PartOf(path_));
  const auto size = std::filesystem::file_size(PartOf(path_));
  source_.before = [] { return std::nullopt; };
  EXPECT_EQ(Take().error().kind, Kind::kInvalid);
  EXPECT_EQ(std::filesystem::file_size(PartOf(path_)), size);
}

TEST_F(BackupTest, AFileThatIsDamagedFromItsFirstFrameOnIsLeftAlone) {
  Fill(10);
  ASSERT_TRUE(Take());
  DamageFirstLink(path_);
  EXPECT_EQ(ContinueBackup(place_).error().kind, Kind::kInvalid);
  EXPECT_EQ(Take().error().kind, Kind::kInvalid);
  EXPECT_FALSE(FileBytes::Open(PartOf(path_)));
}

TEST_F(BackupTest, OnlyTheSameOriginGoesOnWithAFile) {
  Fill(10);
  ASSERT_TRUE(Take());
  Place other = place_;
  other.origin = {2};
  EXPECT_EQ(ContinueBackup(other).error().kind, Kind::kInvalid);
  EXPECT_TRUE(FileBytes::Open(path_));  // Still there, and whole.
  EXPECT_TRUE(RestoreTo(target_));

  ASSERT_TRUE(ContinueBackup(place_));
  std::filesystem::remove(path_);
  ManualClock clock;
  const auto taken = TakeBackup(source_, other, Rename::kReplaces, clock, {});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, Kind::kInvalid);
  EXPECT_EQ(Take()->records_kept_before, 10U);
}

// Servers that lie.
class LyingRemote final : public Remote {
 public:
  enum class Lie {
    kEndlessPages,
    kRepeatedToken,
    kEndlessKeys,
    kLongKeys,
    kForgets,
    kChangesValues,
    kLosesValues,
    kLosesOneValue,
    kKeepsWhatIsRemoved
  };

  LyingRemote(MemoryRemote& truth, Lie lie) : truth_(truth), lie_(lie) {}

  Result<ListedPage> List(const std::string& token) override {
    const std::string further = std::to_string(++pages_);
    if (lie_ == Lie::kEndlessPages && !token.empty()) return ListedPage{{}, further, {}};
    if (lie_ == Lie::kEndlessKeys) return ListedPage{{{further, 1}}, further, {}};
    if (lie_ == Lie::kLongKeys)
      return ListedPage{{{std::string(Pages::kKeyBytesMax + 1, 'k'), 1}}, {}, {}};
    VSS_TRY(ListedPage page, truth_.List(token));
    if (lie_ == Lie::kRepeatedToken && !token.empty()) page.next = token;
    if (lie_ == Lie::kForgets && !page.keys.empty()) page.keys.pop_back();
    return page;
  }
  Found Get(const Key& key) override {
    VSS_TRY(auto record, truth_.Get(key));
    if (lie_ == Lie::kChangesValues && record) record->value += "!";
    if (lie_ == Lie::kLosesValues || (lie_ == Lie::kLosesOneValue && key == "k7")) record.reset();
    return record;
  }
  std::vector<Found> GetTogether(std::span<const Key> keys) override {
    std::vector<Found> all;
    for (const Key& key : keys) all.push_back(Get(key));
    return all;
  }
  Result<Version> GlobalVersion() override { return truth_.GlobalVersion(); }
  Result<bool> Write(std::vector<Replacement> replacements) override {
    if (lie_ == Lie::kKeepsWhatIsRemoved) {
      std::erase_if(replacements, [](const Replacement& r) { return !r.value; });
    }
    return truth_.Write(std::move(replacements));
  }

 private:
  MemoryRemote& truth_;
  const Lie lie_;
  int pages_ = 0;
};

TEST_F(BackupTest, LiesAreFound) {
  using Lie = LyingRemote::Lie;
  Fill(10);
  ASSERT_TRUE(Take());
  for (const Lie lie : {Lie::kEndlessPages, Lie::kRepeatedToken, Lie::kLongKeys, Lie::kForgets,
                        Lie::kChangesValues, Lie::kLosesValues, Lie::kLosesOneValue}) {
    MemoryRemote truth;
    LyingRemote liar(truth, lie);
    const auto outcome = RestoreTo(liar);
    ASSERT_FALSE(outcome) << static_cast<int>(lie);
    EXPECT_EQ(outcome.error().kind, Kind::kCorrupt);
  }
}

TEST_F(BackupTest, ARemovalThatDidNotHappenIsFound) {
  Fill(10);
  ASSERT_TRUE(Take());
  ASSERT_TRUE(RestoreTo(target_));
  source_.Remove("k4");
  ASSERT_TRUE(ContinueBackup(place_));
  ASSERT_TRUE(Take());
  LyingRemote liar(target_, LyingRemote::Lie::kKeepsWhatIsRemoved);
  EXPECT_EQ(RestoreTo(liar, {.target_is_a_copy = true, .may_remove = true}).error().kind,
            Kind::kCorrupt);
}

TEST_F(BackupTest, ARecordThatIsListedAndCannotBeHadIsNoRemovedOne) {
  Fill(10);
  LyingRemote liar(source_, LyingRemote::Lie::kLosesOneValue);
  ManualClock clock;
  const auto taken = TakeBackup(liar, place_, Rename::kReplaces, clock, {});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, Kind::kCorrupt);
  EXPECT_EQ(taken.error().message, "the server lists records that it does not have: k7");
  EXPECT_FALSE(FileBytes::Open(path_));
}

TEST_F(BackupTest, KeysWithoutEndEnd) {
  LyingRemote liar(source_, LyingRemote::Lie::kEndlessKeys);
  Pages pages([&](const std::string& token) { return liar.List(token); }, 1000);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pages.Next()) << i;
  EXPECT_EQ(pages.Next().error().kind, Kind::kCorrupt);
}

// A server that counts its pages from the front lists a key again when another one comes before it,
// and may have a page with nothing on it.
TEST_F(BackupTest, AKeyCountsOnce) {
  const std::vector<ListedPage> all = {
      {{{"b", 1}, {"a", 1}}, "1", 5}, {{}, "2", {}}, {{{"a", 1}, {"z", 1}}, "", {}}};
  std::size_t next = 0;
  Pages pages([&](const std::string&) -> Result<ListedPage> { return all[next++]; });
  std::vector<Key> keys;
  for (;;) {
    const auto page = pages.Next();
    ASSERT_TRUE(page);
    if (!*page) break;
    for (const ListedKey& listed : (*page)->keys) keys.push_back(listed.key);
  }
  EXPECT_THAT(keys, ElementsAre("b", "a", "z"));
}

TEST_F(BackupTest, ManyValuesAreReadAtATimeIfTheyCome) {
  source_.page_size = 200;
  Fill(200);
  ASSERT_TRUE(Take());
  EXPECT_EQ(source_.together_seen, Remote::kTogetherMax);
}

// A link that carries one value at a time, and some values that are larger than any limit.
TEST_F(BackupTest, WhatDoesNotComeTogetherComesAlone) {
  source_.page_size = 50;
  source_.together_bytes_max = 10;
  for (int i = 0; i < 50; ++i) {
    source_.Put("k" + std::to_string(i), std::string(i % 5 == 0 ? 20 : 6, 'v'));
  }
  ASSERT_TRUE(Take());
  EXPECT_LE(source_.together_seen, 4U);
  ASSERT_TRUE(RestoreTo(target_));
  EXPECT_EQ(AllOf(target_), AllOf(source_));
}

TEST_F(BackupTest, WhatCameBeforeAFailureIsKept) {
  source_.page_size = 50;
  Fill(50);
  BreakOffAfter(1 + 10);
  ASSERT_FALSE(Take());
  source_.before = [] { return std::nullopt; };
  EXPECT_EQ(Take()->records_kept_before, 10U);
}

// A wallet that writes all the time, pauses now and then, and a tool that is killed now and then.
TEST_F(BackupTest, RandomWritesAndBreaks) {
  testing::Random random = testing::MakeRandom();
  for (int round = 0; round < 30; ++round) {
    const testing::TempFolder folder;
    source_ = {};
    target_ = {};
    int writes_left = static_cast<int>(testing::Below(random, 40));
    std::vector<std::vector<std::pair<Key, std::string>>> moments;
    source_.before = [&]() -> std::optional<Failure> {
      if (testing::Below(random, 12) == 0) return Failure{Kind::kUnavailable, "gone"};
      if (writes_left > 0 && testing::Below(random, 2) == 0) {
        --writes_left;
        const Key key = "k" + std::to_string(testing::Below(random, 30));
        const std::string value = std::to_string(random());
        switch (testing::Below(random, 3)) {
          case 0:
            source_.Put(key, value);
            break;
          case 1:
            source_.PutUnconditionally(key, value);
            break;
          default:
            source_.Remove(key);
        }
        moments.push_back(AllOf(source_));
      }
      return std::nullopt;
    };
    Fill(20);
    moments.push_back(AllOf(source_));
    ManualClock clock;
    const std::string path = folder.Path("b");
    while (!TakeBackup(source_, {.path = path}, Rename::kReplaces, clock, {})) {
    }
    auto bytes = FileBytes::Open(path);
    const auto contents = Examine(**bytes);
    ASSERT_TRUE(contents->IsSound());
    ASSERT_TRUE(Restore(**bytes, *contents, target_, {}, {}));
    ASSERT_THAT(moments, Contains(AllOf(target_)));
  }
}

}  // namespace
}  // namespace vss::backup
