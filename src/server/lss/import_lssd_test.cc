#include "server/lss/import_lssd.h"

#include <gtest/gtest.h>

#include "store/memory/memory_store.h"
#include "tests/support/blocking_store.h"

namespace vss::server {
namespace {

class ImportingLssd : public ::testing::Test {
 protected:
  Result<Done> Import(Record record) { return ImportAll({std::move(record)}); }
  Result<Done> ImportAll(std::vector<Record> records) {
    std::vector<LssdRecord> of_client;
    for (Record& record : records) of_client.push_back({kClient, std::move(record)});
    return ImportRecords(of_client, store_, clock_, summary_);
  }
  Record Present(const Key& key) {
    const auto found =
        testing::BlockingStore(store_).Get({"lss:02" + std::string(64, '1'), ""}, {key});
    return found->at(0);
  }

  const std::string kClient = std::string(1, '\2') + std::string(32, '\x11');
  SystemClock clock_;
  store::MemoryStore store_{clock_};
  ImportSummary summary_;
};

TEST_F(ImportingLssd, KeepsVersions) {
  EXPECT_TRUE(Import({"_WRITER", 41, "w"}));
  EXPECT_TRUE(Import({"gone", 7, ""}));
  EXPECT_EQ(Present("_WRITER"), (Record{"_WRITER", 41, "w"}));
  EXPECT_EQ(Present("gone"), (Record{"gone", 7, ""}));
  EXPECT_EQ(summary_.imported, 2u);
}

TEST_F(ImportingLssd, CanBeDoneAgain) {
  EXPECT_TRUE(Import({"a", 3, "x"}));
  EXPECT_TRUE(Import({"a", 3, "x"}));
  EXPECT_EQ(summary_.there_already, 1u);
}

TEST_F(ImportingLssd, MakesNothingOlderAndReplacesNothing) {
  EXPECT_TRUE(Import({"a", 3, "x"}));
  EXPECT_TRUE(Import({"a", 2, "old"}));
  EXPECT_EQ(summary_.newer, 1u);
  EXPECT_FALSE(Import({"a", 3, "other"}));
  EXPECT_FALSE(Import({"a", 4, "newer than what is here"}));
  EXPECT_EQ(Present("a"), (Record{"a", 3, "x"}));
}

TEST_F(ImportingLssd, TakesWhatIsMissingOfMany) {
  EXPECT_TRUE(Import({"b", 3, "x"}));
  EXPECT_TRUE(Import({"d", 9, "newer"}));
  EXPECT_TRUE(ImportAll({{"a", 0, "1"}, {"b", 3, "x"}, {"c", 2, "3"}, {"d", 4, "old"}}));
  EXPECT_EQ(Present("a"), (Record{"a", 0, "1"}));
  EXPECT_EQ(Present("c"), (Record{"c", 2, "3"}));
  EXPECT_EQ(Present("d"), (Record{"d", 9, "newer"}));
  EXPECT_EQ(summary_.imported, 4u);
  EXPECT_EQ(summary_.there_already, 1u);
  EXPECT_EQ(summary_.newer, 1u);
}

TEST_F(ImportingLssd, SaysWhatItCannotTake) {
  EXPECT_FALSE(Import({"a", -1, "x"}));
  EXPECT_FALSE(Import({std::string(601, 'k'), 0, "x"}));
  const std::vector<LssdRecord> uncompressed = {{std::string(65, '\4'), {"a", 0, "x"}}};
  const auto alias = ImportRecords(uncompressed, store_, clock_, summary_);
  ASSERT_FALSE(alias);
  EXPECT_NE(alias.error().message.find("compressed"), std::string::npos);
}

}  // namespace
}  // namespace vss::server
