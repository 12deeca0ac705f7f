// The store on a real server: what the contract does not reach.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/postgres/fixture.h"

namespace vss::testing {
namespace {

using ::testing::ElementsAre;

const Space kSpace = {"tenant", "store"};

class PostgresStoreTest : public PostgresTest {};

TEST_F(PostgresStoreTest, WritesRowsAsTheOriginalServerDoes) {
  const auto store = Open();
  ASSERT_TRUE(Commit(
      *store, kSpace,
      {Change::Write("a", Guard::Absent(), 1, "x"), Change::Write("b", Guard::Anything(), 1, "")}));
  const std::string columns =
      "SELECT key, value, version, created_at = last_updated_at, "
      "abs(extract(epoch FROM now() - created_at)) < 60, sort_order FROM vss_db ORDER BY key";
  EXPECT_THAT(Sql(columns), ElementsAre("a|\\x78|1|t|t|1", "b|\\x|1|t|t|2"));
  ASSERT_TRUE(Commit(*store, kSpace,
                     {Change::Write("a", Guard::AtVersion(1), 2, "y"),
                      Change::Write("b", Guard::Anything(), 1, "z")}));
  EXPECT_THAT(Sql(columns), ElementsAre("a|\\x79|2|f|t|1", "b|\\x7a|1|f|t|2"));
}

TEST_F(PostgresStoreTest, ReadsANullValueAsEmpty) {
  const auto store = Open();
  Sql("INSERT INTO vss_db (user_token, store_id, key, value, version) "
      "VALUES ('tenant', 'store', 'a', NULL, 3)");
  EXPECT_THAT(Get(*store, kSpace, {"a"}), ElementsAre(Record{"a", 3, ""}));
}

}  // namespace
}  // namespace vss::testing
