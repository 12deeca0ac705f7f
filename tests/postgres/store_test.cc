// The store on a real server: what the contract does not reach.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/postgres/reader.h"
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

TEST_F(PostgresStoreTest, ANewDatabaseSoonHasStatistics) {
  constexpr const char* kHasSome = "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'vss_db'";
  const auto store = Open();
  EXPECT_THAT(Sql(kHasSome), ElementsAre("f"));
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("a", Guard::Anything(), 1, "x")}));
  }
  EXPECT_THAT(Sql(kHasSome), ElementsAre("t"));
}

TEST_F(PostgresStoreTest, ReadsANullValueAsEmpty) {
  const auto store = Open();
  Sql("INSERT INTO vss_db (user_token, store_id, key, value, version) "
      "VALUES ('tenant', 'store', 'a', NULL, 3)");
  EXPECT_THAT(Get(*store, kSpace, {"a"}), ElementsAre(Record{"a", 3, ""}));
}

TEST_F(PostgresStoreTest, LargeAndSmallValuesAreReadTogether) {
  const auto store = Open();
  const std::string large(1 << 20, 'x');
  const std::string edge(64 << 10, 'y');
  ASSERT_TRUE(Commit(*store, kSpace,
                     {Change::Write("large", Guard::Absent(), 1, large),
                      Change::Write("edge", Guard::Absent(), 1, edge),
                      Change::Write("small", Guard::Absent(), 1, "z")}));
  EXPECT_THAT(
      Get(*store, kSpace, {"small", "large", "none", "edge"}),
      ElementsAre(Record{"small", 1, "z"}, Record{"large", 1, large}, Record{"edge", 1, edge}));
}

TEST_F(PostgresStoreTest, ADamagedValueFailsNobodyElsesGet) {
  ASSERT_TRUE(Commit(*Open(), kSpace,
                     {Change::Write("a", Guard::Absent(), 1, "x"),
                      Change::Write("damaged", Guard::Absent(), 1, ""),
                      Change::Write("b", Guard::Absent(), 1, "y")}));
  Sql("ALTER TABLE vss_db RENAME TO sound; "
      "CREATE FUNCTION look(key text, value bytea) RETURNS bytea LANGUAGE plpgsql STABLE AS "
      "$$ BEGIN IF key = 'damaged' THEN RAISE data_corrupted; END IF; RETURN value; END $$; "
      "CREATE VIEW vss_db AS SELECT user_token, store_id, key, version, sort_order, "
      "look(key, value) AS value FROM sound");
  const store::PgContext context{options_, clock_, log_, observer_};
  store::Reader reader(context);
  std::vector<std::string> answers;
  std::vector<store::ReadTask> tasks;
  for (const char* key : {"a", "damaged", "b"}) {
    tasks.emplace_back(store::GetJob{kSpace, {key}, [&](Result<std::vector<Record>> got) {
                                       EXPECT_TRUE(got || got.error().kind == Kind::kCorrupt)
                                           << got.error().detail;
                                       answers.push_back(got ? got->front().value : "damaged");
                                     }});
  }
  reader.Read(std::move(tasks));
  EXPECT_THAT(answers, ElementsAre("x", "damaged", "y"));
}

TEST_F(PostgresStoreTest, UsesWhicheverHostAcceptsWrites) {
  const std::string dead = "127.0.0.1:" + std::to_string(FreePort());
  options_.hosts = dead + "," + options_.hosts;
  ASSERT_TRUE(Commit(*Open(), kSpace, {Change::Write("a", Guard::Absent(), 1, "")}));

  Sql("ALTER DATABASE \"" + options_.vss_database + "\" SET default_transaction_read_only = on");
  const auto standby = store::MakePostgresStore(options_, clock_, log_, observer_);
  ASSERT_FALSE(standby);
  EXPECT_EQ(standby.error().kind, Kind::kUnavailable);
}

TEST_F(PostgresStoreTest, AnswersAreDurableWhateverTheDatabaseIsSetTo) { CheckDurability(); }

TEST_F(PostgresStoreTest, ACountIsKeptEvenIfNothingElseIs) {
  options_.track_usage = true;
  const auto store = Open();
  Sql("INSERT INTO vss_db (user_token, store_id, key, value, version) "
      "VALUES ('tenant', 'store', 'a', 'xyz', 3)");
  EXPECT_FALSE(Commit(*store, kSpace, {Change::Write("a", Guard::Absent(), 1, "")})->IsCommitted());
  EXPECT_THAT(Sql("SELECT bytes, keys, stores FROM vss_usage"), ElementsAre("4|1|1"));
  EXPECT_FALSE(
      Commit(*store, {"nobody", ""}, {Change::Remove("a", Guard::Present())})->IsCommitted());
  EXPECT_THAT(Sql("SELECT count(*) FROM vss_usage"), ElementsAre("1")) << "not for nothing";
}

// The original server may write beside us, and does not count.
TEST_F(PostgresStoreTest, ACountBelowZeroIsCountedAnew) {
  options_.track_usage = true;
  const auto store = Open();
  ASSERT_TRUE(Commit(*store, kSpace, {Change::Write("a", Guard::Absent(), 1, "x")}));
  for (const char* key : {"b", "c"}) {
    Sql("INSERT INTO vss_db (user_token, store_id, key, value, version) "
        "VALUES ('tenant', 'store', '" +
        std::string(key) + "', 'long', 1)");
    ASSERT_TRUE(
        Commit(*store, kSpace,
               {Change::Remove(key, Guard::Present()), Change::Check("nothing", Guard::Anything())})
            ->IsCommitted());
    EXPECT_THAT(Sql("SELECT bytes FROM vss_usage"), ElementsAre("-3"));
    const auto other = Open();
    store::Store& next = key[0] == 'b' ? *store : *other;  // Whether it remembers or reads that.
    const auto outcome = Commit(next, kSpace, {Change::Write("d", Guard::Anything(), 1, "y")});
    ASSERT_TRUE(outcome) << outcome.error().detail;
    EXPECT_TRUE(outcome->IsCommitted());
    EXPECT_THAT(Sql("SELECT bytes, keys, stores FROM vss_usage"), ElementsAre("4|2|1"));
    ASSERT_TRUE(Commit(next, kSpace, {Change::Remove("d", Guard::Present())})->IsCommitted());
  }
}

TEST_F(PostgresStoreTest, WhoDoesNotCountLeavesNoCountBehind) {
  options_.track_usage = true;
  ASSERT_TRUE(Commit(*Open(), kSpace, {Change::Write("a", Guard::Absent(), 1, "x")}));
  options_.track_usage = false;
  ASSERT_TRUE(Commit(*Open(), kSpace, {Change::Remove("a", Guard::Present())}));
  options_.track_usage = true;
  const auto outcome = BlockingStore(*Open()).Commit(
      kSpace, {{Change::Write("b", Guard::Absent(), 1, "x")}, {.keys_max = 1}});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->IsCommitted()) << "nothing is stored";
}

TEST_F(PostgresStoreTest, RefusesHostsThatAreNone) {
  for (const char* hosts : {"", "a:b", "a:1,,b:2", ":5432", "[::1", "a:123456"}) {
    options_.hosts = hosts;
    const auto made = store::MakePostgresStore(options_, clock_, log_, observer_);
    ASSERT_FALSE(made) << hosts;
    EXPECT_EQ(made.error().kind, Kind::kInvalid) << hosts;
  }
}

}  // namespace
}  // namespace vss::testing
