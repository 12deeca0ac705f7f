// Every database that the original server could have left behind is taken over, and ends as that
// server would leave it.

#include "store/postgres/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "tests/postgres/fixture.h"

namespace vss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What the catalog says of the original server's tables.
constexpr const char* kCatalog = R"(
    SELECT fact FROM (
      SELECT 1 AS part, format('%s.%s %s(%s) %s %s', table_name, column_name, data_type,
             character_maximum_length, is_nullable, column_default) AS fact
      FROM information_schema.columns
      WHERE table_name IN ('vss_db', 'vss_db_version', 'vss_db_upgrades')
      UNION ALL
      SELECT 2, format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint
      WHERE conrelid::regclass::text LIKE 'vss_db%'
      UNION ALL
      SELECT 3, indexdef FROM pg_indexes WHERE tablename LIKE 'vss_db%'
      UNION ALL
      SELECT 4, format('%s %s %s+%s owned by %s', seqrelid::regclass, seqtypid::regtype, seqstart,
             seqincrement, attname)
      FROM pg_sequence JOIN pg_depend ON objid = seqrelid AND deptype = 'a'
           JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
      WHERE seqrelid::regclass::text LIKE 'vss_db%') AS facts
    ORDER BY part, fact)";

// As seen in a database that the original server made.
const std::vector<std::string> kOriginalCatalog = {
    "vss_db.created_at timestamp with time zone() YES ",
    "vss_db.key character varying(600) NO ",
    "vss_db.last_updated_at timestamp with time zone() YES ",
    "vss_db.sort_order bigint() NO nextval('vss_db_sort_order_seq'::regclass)",
    "vss_db.store_id character varying(120) NO ",
    "vss_db.user_token character varying(120) NO ",
    "vss_db.value bytea() YES ",
    "vss_db.version bigint() NO ",
    "vss_db_upgrades.upgrade_from integer() YES ",
    "vss_db_version.db_version integer() YES ",
    "vss_db_pkey PRIMARY KEY (user_token, store_id, key)",
    "vss_db_sort_order_key UNIQUE (sort_order)",
    "vss_db_user_token_check CHECK (((user_token)::text <> ''::text))",
    ("CREATE INDEX idx_vss_db_sort_order ON public.vss_db USING btree (user_token, store_id, "
     "sort_order DESC) INCLUDE (key, version)"),
    "CREATE UNIQUE INDEX vss_db_pkey ON public.vss_db USING btree (user_token, store_id, key)",
    "CREATE UNIQUE INDEX vss_db_sort_order_key ON public.vss_db USING btree (sort_order)",
    "vss_db_sort_order_seq bigint 1+1 owned by sort_order",
};

// The table of records as it came to be over time.
std::string RecordTable(const std::string& store_rule, const std::string& more = "") {
  return "CREATE TABLE vss_db (user_token varchar(120) NOT NULL CHECK (user_token <> ''), "
         "store_id varchar(120) NOT NULL " +
         store_rule +
         ", key varchar(600) NOT NULL, value bytea, version bigint NOT NULL, "
         "created_at timestamptz, last_updated_at timestamptz" +
         more + ", PRIMARY KEY (user_token, store_id, key));";
}
const std::string kNoEmptyStores = "CHECK (store_id <> '')";
const std::string kRanked = ", sort_order bigserial NOT NULL UNIQUE";
const std::string kIndex =
    "CREATE INDEX idx_vss_db_sort_order ON vss_db (user_token, store_id, sort_order DESC) "
    "INCLUDE (key, version);";
std::string Versioned(int version, const std::string& upgrades) {
  return "CREATE TABLE vss_db_version (db_version integer);"
         "CREATE TABLE vss_db_upgrades (upgrade_from integer);"
         "INSERT INTO vss_db_version VALUES (" +
         std::to_string(version) + "); INSERT INTO vss_db_upgrades VALUES " + upgrades + ";";
}
const std::string kTwoRecords =
    "INSERT INTO vss_db (user_token, store_id, key, value, version) "
    "VALUES ('t', 's', 'first', 'x', 4), ('t', 's', 'second', 'y', 1);";

struct Origin {
  const char* name;
  std::string sql;
  std::vector<std::string> upgrades;  // The log of migrations afterwards.
};

class SchemaTest : public PostgresTest {
 protected:
  void MakeDatabase(const std::string& sql) {
    EXPECT_THAT(server_->Query("postgres", "CREATE DATABASE \"" + options_.vss_database + "\""),
                IsEmpty());
    EXPECT_THAT(Sql(sql), IsEmpty());
  }
  Result<Done> Prepare() { return store::PrepareDatabase(options_, clock_, log_); }
  std::string Problem() {
    const auto prepared = Prepare();
    if (prepared) return "none";
    EXPECT_EQ(prepared.error().kind, Kind::kInvalid);
    return prepared.error().message;
  }
};

class OriginTest : public SchemaTest, public ::testing::WithParamInterface<Origin> {};

TEST_P(OriginTest, EndsAsTheOriginalServerWouldLeaveIt) {
  if (!GetParam().sql.empty()) MakeDatabase(GetParam().sql);
  for (int start = 0; start < 2; ++start) {  // The second one finds nothing to do.
    ASSERT_EQ(Problem(), "none");
    EXPECT_THAT(Sql(kCatalog), ElementsAreArray(kOriginalCatalog));
    EXPECT_THAT(Sql("SELECT db_version FROM vss_db_version"), ElementsAre("7"));
    EXPECT_THAT(Sql("SELECT upgrade_from FROM vss_db_upgrades ORDER BY 1"),
                ElementsAreArray(GetParam().upgrades));
  }
}

TEST_P(OriginTest, KeepsItsRecords) {
  if (GetParam().sql.empty()) return;
  MakeDatabase(GetParam().sql + kTwoRecords);
  const auto store = Open();
  const Space space = {"t", "s"};
  EXPECT_THAT(Get(*store, space, {"first"}), ElementsAre(Record{"first", 4, "x"}));
  const auto page = BlockingStore(*store).List(space, {.prefix = ""});
  EXPECT_THAT(page->entries, ElementsAre(Page::Entry{"second", 1}, Page::Entry{"first", 4}));
  EXPECT_TRUE(Commit(*store, {"t", ""}, {Change::Write("a", Guard::Absent(), 1, "")}))
      << "a store may be called nothing";
}

INSTANTIATE_TEST_SUITE_P(
    Every, OriginTest,
    ::testing::Values(
        Origin{"Fresh", "", {"0"}},  //
        Origin{"Java", RecordTable(kNoEmptyStores), {"0"}},
        Origin{"HandMade", RecordTable("", kRanked), {"0"}},
        Origin{"HandMadeUnranked", RecordTable(""), {"0"}},
        Origin{"Version4", RecordTable(kNoEmptyStores) + Versioned(4, "(0)"), {"0", "4"}},
        Origin{"Version5", RecordTable("") + Versioned(5, "(0), (4)"), {"0", "4", "5"}},
        Origin{"Version7", RecordTable("", kRanked) + kIndex + Versioned(7, "(0)"), {"0"}}),
    [](const auto& origin) { return origin.param.name; });

TEST_F(SchemaTest, RefusesASchemaThatItDoesNotKnow) {
  MakeDatabase(RecordTable("", kRanked) + kIndex + Versioned(8, "(0), (7)"));
  EXPECT_THAT(Problem(), HasSubstr("schema version 8"));
  options_.allow_newer_schema = true;
  EXPECT_EQ(Problem(), "none");
  EXPECT_THAT(Sql("SELECT db_version FROM vss_db_version"), ElementsAre("8"));
}

TEST_F(SchemaTest, RefusesAVersionThatIsNotOneNumber) {
  MakeDatabase(Versioned(7, "(0)") + "DELETE FROM vss_db_version");
  EXPECT_THAT(Problem(), HasSubstr("exactly one row"));
  Sql("INSERT INTO vss_db_version VALUES (6), (7)");
  EXPECT_THAT(Problem(), HasSubstr("exactly one row"));
}

TEST_F(SchemaTest, RefusesADatabaseOfALaterServerOfOurs) {
  ASSERT_TRUE(Prepare());
  Sql("INSERT INTO vss_server_schema VALUES (1000, now())");
  EXPECT_THAT(Problem(), HasSubstr("newer version of this server"));
}

TEST_F(SchemaTest, ManyServersMayStartForTheFirstTimeAtOnce) {
  std::vector<std::thread> starts;
  starts.reserve(8);
  for (int i = 0; i < 8; ++i) {
    starts.emplace_back([this] {
      const auto prepared = Prepare();
      EXPECT_TRUE(prepared) << prepared.error().message << prepared.error().detail;
    });
  }
  for (std::thread& start : starts) start.join();
  EXPECT_THAT(Sql(kCatalog), ElementsAreArray(kOriginalCatalog));
  EXPECT_THAT(Sql("SELECT upgrade_from FROM vss_db_upgrades"), ElementsAre("0"));
}

TEST_F(SchemaTest, ValuesAreNotCompressed) {
  constexpr const char* kStorage =
      "SELECT attstorage FROM pg_attribute WHERE attrelid = 'vss_db'::regclass "
      "AND attname = 'value'";
  ASSERT_TRUE(Prepare());
  EXPECT_THAT(Sql(kStorage), ElementsAre("e"));
  Sql("ALTER TABLE vss_db ALTER COLUMN value SET STORAGE EXTENDED");
  ASSERT_TRUE(Prepare()) << "as the original server leaves it";
  EXPECT_THAT(Sql(kStorage), ElementsAre("e"));
}

TEST_F(SchemaTest, RenamesWhatTheJavaServerCalledTheGlobalVersion) {
  ASSERT_TRUE(Prepare());
  Sql("INSERT INTO vss_db (user_token, store_id, key, version) VALUES "
      "('t', 'old', 'vss_global_version', 5), ('t', 'both', 'vss_global_version', 6), "
      "('t', 'both', 'global_version', 1)");
  EXPECT_EQ(*store::RenameJavaGlobalVersions(options_, clock_), 1);
  EXPECT_THAT(
      Sql("SELECT store_id, key, version FROM vss_db ORDER BY 1, 2"),
      ElementsAre("both|global_version|1", "both|vss_global_version|6", "old|global_version|5"));
}

TEST_F(SchemaTest, ACountThatIsUnderWayDoesNotOutliveARename) {
  ASSERT_TRUE(Prepare());
  Sql("INSERT INTO vss_db (user_token, store_id, key, version) "
      "VALUES ('t', 's', 'vss_global_version', 5)");
  const auto counter = Begin("INSERT INTO vss_usage VALUES ('t', 18, 1, 1)");
  auto renamed = std::async([&] { return store::RenameJavaGlobalVersions(options_, clock_); });
  Await([&] {
    return Waiting() == 1 || renamed.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  });
  counter->Run("COMMIT");
  EXPECT_EQ(*renamed.get(), 1);
  EXPECT_THAT(Sql("SELECT * FROM vss_usage"), IsEmpty());
}

TEST_F(SchemaTest, TheListIndexIsMadeLeanAndWholeAgain) {
  const auto store = Open();
  ASSERT_TRUE(Commit(*store, {"t", "s"}, {Change::Write("a", Guard::Absent(), 1, "")}));
  for (const bool lean : {true, true, false, false}) {
    ASSERT_TRUE(store::SetLeanListIndex(options_, lean, clock_));
    EXPECT_THAT(Sql("SELECT indexdef LIKE '%(key)' FROM pg_indexes "
                    "WHERE indexname = 'idx_vss_db_sort_order'"),
                ElementsAre(lean ? "t" : "f"));
    EXPECT_EQ(Problem(), "none") << "either is fine to start with";
    EXPECT_THAT(BlockingStore(*store).List({"t", "s"}, {.prefix = ""})->entries,
                ElementsAre(Page::Entry{"a", 1}));
  }
  EXPECT_THAT(Sql(kCatalog), ElementsAreArray(kOriginalCatalog));
}

}  // namespace
}  // namespace vss::testing
