// Answers gets, lists and scans from the tables.  Each call sees one snapshot; between Begin and
// End all calls see the same one.
//
// Threads: one at a time.
#ifndef VSS_STORE_SQLITE_READER_H_
#define VSS_STORE_SQLITE_READER_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/listing.h"
#include "core/record.h"
#include "store/sqlite/database.h"

namespace vss::store::sqlite {

class Reader final {
 public:
  // The log is left to those who write.
  explicit Reader(Database database) : database_(std::move(database)) {
    database_.KeepLogOnClose();
  }

  Sql<Done> Begin() { return Run(begin_); }
  Sql<Done> End() { return Run(end_); }

  Sql<std::vector<Record>> Read(const Space& space, const std::vector<Key>& keys);
  Sql<Page> Read(const Space& space, const ListQuery& query);
  Sql<ScanResult> Read(const Space& space, const ScanQuery& query);

 private:
  using SpaceId = std::int64_t;

  Sql<std::optional<SpaceId>> FindSpace(const Space& space);
  Sql<std::optional<Version>> FindVersion(SpaceId space, const Key& key);
  Sql<std::vector<Rank>> FindNewest(SpaceId space, const ListQuery& query, std::size_t count);
  Sql<Page::Entry> FindEntry(Rank rank);

  Database database_;

  Statement begin_{database_, "BEGIN"};
  Statement end_{database_, "COMMIT"};
  Statement find_space_{database_, "SELECT id FROM space WHERE tenant = ?1 AND store = ?2"};
  Statement find_record_{database_,
                         "SELECT version, value FROM record WHERE space = ?1 AND key = ?2"};
  Statement find_version_{database_, "SELECT version FROM record WHERE space = ?1 AND key = ?2"};
  Statement find_entry_{database_, "SELECT key, version FROM record WHERE rank = ?1"};
  Statement walk_ranks_{database_,
                        "SELECT rank, key FROM record INDEXED BY record_by_rank "
                        "WHERE space = ?1 AND rank < ?2 ORDER BY rank DESC"};
  Statement walk_keys_{database_,
                       "SELECT rank, key FROM record INDEXED BY record_by_key "
                       "WHERE space = ?1 AND key >= ?2 ORDER BY key"};
  Statement scan_{database_,
                  "SELECT key, version, length(value), value FROM record INDEXED BY record_by_key "
                  "WHERE space = ?1 AND key >= ?2 ORDER BY key"};
};

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_READER_H_
