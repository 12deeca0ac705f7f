// The database of an original lssd, taken over.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/lss/import_lssd.h"
#include "server/lss/lssd_database.h"
#include "store/memory/memory_store.h"
#include "tests/postgres/server.h"
#include "tests/support/blocking_store.h"

namespace vss::testing {
namespace {

TEST(ImportFromPostgres, TakesEveryClientsRecords) {
  PostgresServer* const postgres = PostgresServer::Shared();
  if (postgres == nullptr) GTEST_SKIP() << "no PostgreSQL server is installed";
  store::PostgresOptions options = postgres->Options();
  options.vss_database = "postgres";
  postgres->Query(
      "postgres",
      "CREATE TABLE data (client bytea, key varchar, version bigint, value bytea, "
      "PRIMARY KEY (client, key));"
      "INSERT INTO data SELECT decode('02' || repeat(c, 64), 'hex'), 'Key/' || n, n, "
      "convert_to('value ' || n, 'UTF8') "
      "FROM (VALUES ('1'), ('a')) AS clients (c), generate_series(0, 99) AS n;"
      "INSERT INTO data VALUES (decode('02' || repeat('1', 64), 'hex'), '_WRITER', 5, '')");

  const SystemClock clock;
  store::MemoryStore store(clock);
  for (const std::uint64_t imported : {201u, 0u}) {  // And again.
    auto source = server::LssdDatabase::Open(options, clock);
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ(*source->Count(), 201u);
    // What comes after that is of another time.
    postgres->Query("postgres",
                    "INSERT INTO data SELECT decode('03' || md5(random()::text) || "
                    "md5(random()::text), 'hex'), 'late', 0, ''");
    const auto summary = server::ImportLssd(*source, store, clock, [](std::uint64_t) {});
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_EQ(summary->imported, imported);
    EXPECT_EQ(summary->there_already, 201u - imported);
    postgres->Query("postgres", "DELETE FROM data WHERE key = 'late'");
  }
  const auto found = BlockingStore(store).Scan({"lss:02" + std::string(64, '1'), ""},
                                               {.prefix = "", .bytes_max = 1 << 20});
  ASSERT_EQ(found->records.size(), 101u);
  EXPECT_EQ(found->records.back(), (Record{"_WRITER", 5, ""}));
  EXPECT_EQ(found->records.front(), (Record{"Key/0", 0, "value 0"}));
  postgres->Query("postgres", "DROP TABLE data");
}

}  // namespace
}  // namespace vss::testing
