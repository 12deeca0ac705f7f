// Damage of every kind, to every byte: it is found, and named.

#include "backup/format.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "backup/contents.h"
#include "backup/file.h"
#include "tests/support/source_tree.h"
#include "tests/support/temp_folder.h"

namespace vss::backup {
namespace {

using Kind = Damage::Kind;

WallTime At(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

Head HeadOf(std::uint8_t id) {
  Head head{.created = At(1'700'000'000), .store_id = "wallet"};
  head.origin.fill(id);
  return head;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Three records, of which one was written twice and one was removed again.
std::string MakeBackup(std::uint8_t id) {
  const testing::TempFolder folder;
  const std::string path = folder.Path("b");
  Contents found;
  auto writer = Writer::Open(path, HeadOf(id), &found);
  EXPECT_TRUE(writer);
  const auto add = [&](const char* key, Version version, std::string value) {
    return *writer->Append({key, version, std::move(value)});
  };
  const std::uint64_t b = add("b", 1, "second");
  add("a", 1, "old");
  add("gone", 3, "gone");
  const std::uint64_t a = add("a", 2, std::string("new\0value", 9));
  const std::uint64_t c = add("c", 7, "");
  EXPECT_TRUE(writer->Finish({c, b, a},
                             {.global_version_before = 5,
                              .global_version_after = 5,
                              .records = 3,
                              .value_bytes = 15,
                              .finished = At(1'700'000'060)},
                             Rename::kRefusesToReplace));
  return ReadFile(path);
}

Contents Look(const std::string& bytes) {
  MemoryBytes source(bytes);
  auto contents = Examine(source);
  EXPECT_TRUE(contents);
  return *std::move(contents);
}

std::vector<std::uint64_t> FrameStarts(const std::string& bytes) {
  MemoryBytes source(bytes);
  Scanner scanner(source);
  std::vector<std::uint64_t> starts;
  for (auto frame = scanner.Next(); *frame; frame = scanner.Next()) {
    starts.push_back((*frame)->offset);
  }
  return starts;
}

// The only damage that there is to `bytes`.
Damage OnlyDamage(const std::string& bytes) {
  const Contents contents = Look(bytes);
  EXPECT_EQ(contents.damages.size(), 1U);
  EXPECT_FALSE(contents.IsSound());
  return contents.damages.empty() ? Damage{} : contents.damages.front();
}

TEST(BackupFormat, HoldsWhatWasWritten) {
  const std::string bytes = MakeBackup(1);
  const Contents contents = Look(bytes);
  EXPECT_TRUE(contents.IsSound());
  EXPECT_EQ(contents.head->store_id, "wallet");
  EXPECT_EQ(contents.summary->global_version_after, 5);
  ASSERT_EQ(contents.index.size(), 3U);
  MemoryBytes source(bytes);
  EXPECT_EQ(*ReadRecordAt(source, contents.index[2]),
            (Record{"a", 2, std::string("new\0value", 9)}));
  EXPECT_EQ(*ReadRecordAt(source, contents.index[0]), (Record{"c", 7, ""}));
  EXPECT_FALSE(ReadRecordAt(source, contents.index[0] + 1));
  EXPECT_FALSE(ReadRecordAt(source, bytes.size()));
}

// Today's bytes.  A program that cannot read this file any more has lost somebody's backup.
TEST(BackupFormat, TheGoldenFileIsWhatWeWrite) {
  const std::string path = testing::InSourceTree("tests/vectors/backup/v1.vssbackup");
  if (std::getenv("VSS_WRITE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << MakeBackup(0x2a);
  }
  EXPECT_EQ(ReadFile(path), MakeBackup(0x2a));
}

TEST(BackupFormat, EveryFlippedByteIsFound) {
  const std::string bytes = MakeBackup(1);
  const std::vector<std::uint64_t> starts = FrameStarts(bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int bit : {0, 7}) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      const Damage damage = OnlyDamage(flipped);
      if (i < kMagic.size()) {
        EXPECT_EQ(damage.kind, Kind::kNotABackup) << i;
        continue;
      }
      if (i < kPreambleBytes) {
        EXPECT_EQ(damage.kind, Kind::kVersion) << i;
        continue;
      }
      const auto next = std::ranges::upper_bound(starts, i);
      EXPECT_EQ(damage.offset, *(next - 1)) << i;  // The frame that holds the byte.
      const std::uint64_t end = next == starts.end() ? bytes.size() : *next;
      const Kind expected = i < *(next - 1) + kFrameHeaderBytes ? Kind::kHeader
                            : i < end - 16                      ? Kind::kContent
                                                                : Kind::kForeign;
      EXPECT_EQ(damage.kind, expected) << i << ": " << damage.message;
    }
  }
}

TEST(BackupFormat, EveryCutIsFound) {
  const std::string bytes = MakeBackup(1);
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const Damage damage = OnlyDamage(bytes.substr(0, size));
    EXPECT_EQ(damage.kind, Kind::kCut) << size;
    EXPECT_EQ(damage.offset, size) << damage.message;
  }
  EXPECT_EQ(OnlyDamage("").kind, Kind::kNotABackup);
}

TEST(BackupFormat, FramesThatAreMissingRepeatedOrMovedAreNamed) {
  const std::string bytes = MakeBackup(1);
  const auto starts = FrameStarts(bytes);
  const auto frame = [&](std::size_t i) {
    return bytes.substr(starts[i], starts[i + 1] - starts[i]);
  };
  std::string missing = bytes;
  missing.erase(starts[2], frame(2).size());
  EXPECT_EQ(OnlyDamage(missing).kind, Kind::kOrder);
  EXPECT_EQ(OnlyDamage(missing).offset, starts[2]);

  std::string repeated = bytes;
  repeated.insert(starts[3], frame(2));
  EXPECT_EQ(Look(repeated).damages.front().kind, Kind::kOrder);
  EXPECT_EQ(Look(repeated).damages.front().offset, starts[3]);

  std::string moved = bytes.substr(0, starts[2]) + frame(3) + frame(2) + bytes.substr(starts[4]);
  EXPECT_EQ(Look(moved).damages.front().kind, Kind::kOrder);
  EXPECT_EQ(Look(moved).damages.front().offset, starts[2]);
}

TEST(BackupFormat, FilesThatAreJoinedAreFound) {
  const std::string bytes = MakeBackup(1);
  const Damage tail = OnlyDamage(bytes + MakeBackup(2));
  EXPECT_EQ(tail.kind, Kind::kTail);
  EXPECT_EQ(tail.offset, bytes.size());

  // The same store at the same time, in two files: frames fit but for their links.
  const auto starts = FrameStarts(bytes);
  const Damage foreign = OnlyDamage(bytes.substr(0, starts[3]) + MakeBackup(2).substr(starts[3]));
  EXPECT_EQ(foreign.kind, Kind::kForeign);
  EXPECT_EQ(foreign.offset, starts[3]);
}

TEST(BackupFormat, WhatIsWholeButMakesNoSenseIsRefused) {
  const testing::TempFolder folder;
  Contents found;
  auto writer = Writer::Open(folder.Path("b"), HeadOf(1), &found);
  const std::uint64_t a = *writer->Append({"a", 1, "x"});
  const auto finished = writer->Finish({a, a}, {.records = 2}, Rename::kRefusesToReplace);
  EXPECT_EQ(finished.error().kind, vss::Kind::kCorrupt);  // It never gets the name of a backup.
  EXPECT_EQ(OnlyDamage(ReadFile(folder.Path("b.part"))).kind, Kind::kMeaning);
  EXPECT_FALSE(FileBytes::Open(folder.Path("b")));
}

TEST(BackupFile, GoesOnWithWhatACrashLeft) {
  const testing::TempFolder folder;
  const std::string path = folder.Path("b");
  const std::string bytes = MakeBackup(1);
  const auto starts = FrameStarts(bytes);
  const std::set<std::size_t> sizes = {starts[1], starts[2] + 5, starts[3], bytes.size() - 1,
                                       bytes.size()};
  for (const std::size_t size : sizes) {
    std::ofstream(PartOf(path), std::ios::binary) << bytes.substr(0, size);
    Contents found;
    auto writer = Writer::Open(path, HeadOf(1), &found);
    ASSERT_TRUE(writer);
    EXPECT_FALSE(Writer::Open(path, HeadOf(1), &found));  // Another one is at work.
    std::vector<std::uint64_t> index;
    for (const Note& note : found.notes) index.insert(index.begin(), note.offset);
    index.resize(std::min<std::size_t>(index.size(), 1));
    index.insert(index.begin(), *writer->Append({"new", 1, "x"}));
    ASSERT_TRUE(writer->Finish(index, {.records = index.size()}, Rename::kReplaces));
    const Contents contents = Look(ReadFile(path));
    EXPECT_TRUE(contents.IsSound()) << size << " " << contents.damages.front().message;
  }
}

TEST(BackupFile, WritesOnNoOtherFile) {
  const testing::TempFolder folder;
  std::ofstream(folder.Path("b.part")) << "a shopping list";
  Contents found;
  EXPECT_FALSE(Writer::Open(folder.Path("b"), HeadOf(1), &found));
  EXPECT_EQ(ReadFile(folder.Path("b.part")), "a shopping list");

  std::ofstream(folder.Path("c.part"), std::ios::binary) << MakeBackup(1);
  EXPECT_FALSE(Writer::Open(folder.Path("c"), HeadOf(2), &found));
  EXPECT_EQ(ReadFile(folder.Path("c.part")), MakeBackup(1));
}

TEST(BackupFile, ReplacesNoFileThatAppearedMeanwhile) {
  const testing::TempFolder folder;
  const std::string path = folder.Path("b");
  Contents found;
  auto writer = Writer::Open(path, HeadOf(1), &found);
  std::ofstream(path) << "a shopping list";
  EXPECT_EQ(writer->Finish({}, {}, Rename::kRefusesToReplace).error().kind, vss::Kind::kInvalid);
  EXPECT_EQ(ReadFile(path), "a shopping list");
}

}  // namespace
}  // namespace vss::backup
