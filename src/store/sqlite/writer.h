// Applies batches to the tables, inside a transaction that the commit lane opens and closes.
//
// A batch is looked at as a whole before anything is written, so a refused one leaves the
// transaction as it was, and the next can follow in the same one.
//
// Threads: one at a time.
#ifndef VSS_STORE_SQLITE_WRITER_H_
#define VSS_STORE_SQLITE_WRITER_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "core/batch.h"
#include "store/allowance.h"
#include "store/archive.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"

namespace vss::store::sqlite {

class Writer final {
 public:
  explicit Writer(Database database);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Sql<Done> Begin() { return Run(begin_); }
  // After an error only RollBack may follow.
  Sql<CommitOutcome> Apply(const Space& space, const Batch& batch, WallTime now);
  // Adds a record as it was in another store; one that is there exactly so is left alone.  False: a
  // different one has its key or its rank.
  Sql<bool> Import(const ArchivedRecord& record);
  Sql<Done> Commit() { return Run(commit_); }
  void RollBack();

  // Between transactions, in one pass: moves the log into the file if it has `pages_max` pages or
  // more.  Waits for nobody, and leaves what a reader still needs for the next time.
  //
  // After a failed flush nothing may be read or written through any connection of this process.
  // SQLite flushes only when it has moved the whole log, yet counts what it moved before as safe:
  // if the disk dropped that, the log has the only copy.  So the log is kept, even when this
  // closes; whoever opens the file next replays all of it.
  Sql<Done> KeepLogShort(int pages_max);

  // A durable transaction that changes nothing that means anything.
  Sql<Done> Touch() { return Run(touch_); }

 private:
  using SpaceId = std::int64_t;

  // The record that a change finds at its key.
  struct Present {
    Rank rank;
    Version version;
    std::int64_t bytes;  // Of key and value.
  };
  // What a batch comes to.
  struct Plan {
    std::vector<std::optional<Present>> present;  // By change.
    std::vector<Obstacle> obstacles;
    Usage growth;  // Of the tenant's usage, but for a space that is left empty.
    bool removes = false;
  };

  // Adds the batch's records without looking for them first.  nullopt: that can't be done, and
  // nothing was.
  Sql<std::optional<CommitOutcome>> TryToCreate(const std::string& tenant, SpaceId space,
                                                const Batch& batch, WallTime now);
  Sql<std::optional<SpaceId>> FindSpace(const Space& space);
  Sql<SpaceId> AddSpace(const Space& space);
  Sql<std::optional<Present>> FindRecord(SpaceId space, const Key& key);
  Sql<Plan> MakePlan(std::optional<SpaceId> space, const Batch& batch);
  Sql<Usage> FindUsage(const std::string& tenant);
  Sql<Done> ApplyChange(SpaceId space, const Change& change, const std::optional<Present>& present,
                        WallTime now);
  Sql<bool> HasExactly(const ArchivedRecord& record);
  Sql<bool> RemoveSpaceIfEmpty(SpaceId space);
  Sql<Done> Account(const std::string& tenant, const Usage& growth);

  Database database_;
  int log_pages_ = 0;        // After the last Commit.
  int last_checkpoint_ = 0;  // How many there were then.

  Statement begin_{database_, "BEGIN IMMEDIATE"};
  Statement commit_{database_, "COMMIT"};
  Statement roll_back_{database_, "ROLLBACK"};
  Statement touch_{database_, "PRAGMA user_version = " + std::to_string(kSchemaVersion)};

  Statement find_space_{database_, "SELECT id FROM space WHERE tenant = ?1 AND store = ?2"};
  Statement add_space_{database_, "INSERT INTO space (tenant, store) VALUES (?1, ?2) RETURNING id"};
  Statement find_any_record_{database_, "SELECT 1 FROM record WHERE space = ?1 LIMIT 1"};
  Statement remove_space_{database_, "DELETE FROM space WHERE id = ?1"};

  Statement find_usage_{database_, "SELECT bytes, keys, stores FROM tenant WHERE name = ?1"};
  Statement add_usage_{database_,
                       "INSERT INTO tenant (name, bytes, keys, stores) VALUES (?1, ?2, ?3, ?4) "
                       "ON CONFLICT (name) DO UPDATE SET "
                       "bytes = bytes + ?2, keys = keys + ?3, stores = stores + ?4"};
  Statement remove_usage_{database_, "DELETE FROM tenant WHERE name = ?1 AND keys = 0"};

  Statement find_record_{database_,
                         "SELECT rank, version, length(value) FROM record "
                         "WHERE space = ?1 AND key = ?2"};
  Statement add_record_{database_,
                        "INSERT INTO record (space, key, version, created, updated, value) "
                        "VALUES (?1, ?2, ?3, ?4, ?4, ?5) ON CONFLICT (space, key) DO NOTHING"};
  Statement find_exactly_{database_,
                          "SELECT 1 FROM record JOIN space ON space.id = record.space "
                          "WHERE rank = ?1 AND tenant = ?2 AND store = ?3 AND key = ?4 AND "
                          "version = ?5 AND created = ?6 AND updated = ?7 AND value = ?8"};
  Statement import_record_{database_,
                           "INSERT INTO record "
                           "(rank, space, key, version, created, updated, value) "
                           "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
  Statement update_record_{
      database_, "UPDATE record SET version = ?2, updated = ?3, value = ?4 WHERE rank = ?1"};
  Statement remove_record_{database_, "DELETE FROM record WHERE rank = ?1"};
};

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_WRITER_H_
