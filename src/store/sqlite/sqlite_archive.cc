#include "store/sqlite/sqlite_archive.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "store/sqlite/database.h"
#include "store/sqlite/file.h"
#include "store/sqlite/health.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/writer.h"

namespace vss::store {
namespace {

using sqlite::Database;
using sqlite::FileLock;
using sqlite::Health;
using sqlite::OpenedFile;
using sqlite::Query;
using sqlite::Sql;
using sqlite::Statement;
using sqlite::Writer;

template <typename T>
Result<T> ToResult(Sql<T> given) {
  if (!given) return Unexpected(given.error().ToFailure());
  return *std::move(given);
}

WallTime TimeOf(std::int64_t micros) { return WallTime(std::chrono::microseconds(micros)); }

class SqliteArchive final : public Archive {
 public:
  SqliteArchive(int checkpoint_pages, OpenedFile file, Database reader, Database writer)
      : checkpoint_pages_(checkpoint_pages),
        health_(std::move(file.file), log_),
        lock_(std::move(file.lock)),
        writer_(std::move(writer)),
        database_(std::move(reader)) {
    database_.KeepLogOnClose();
  }

  Result<Done> Hold() override { return Done{}; }  // With `lock_`, from the beginning.

  Result<ArchiveSize> Size() override {
    VSS_RETURN_IF_FAILED(health_.MayRead());
    return ToResult(ReadSize());
  }

  Result<std::vector<ArchivedRecord>> Read(Rank after, std::size_t records_max,
                                           std::size_t bytes_max) override {
    VSS_RETURN_IF_FAILED(health_.MayRead());
    return ToResult(ReadRecords(after, records_max, bytes_max));
  }

  Result<Done> Write(const std::vector<ArchivedRecord>& records) override {
    health_.SeeFile();
    VSS_RETURN_IF_FAILED(health_.MayWrite());
    const Sql<bool> written = WriteRecords(records);
    if (written && *written) {
      KeepLogShort();
      return Done{};
    }
    writer_.RollBack();
    if (!written) return Unexpected(written.error().ToFailure());
    return Invalid("the target holds other records already");
  }

 private:
  // What was written is safe in the log, whatever comes of this.
  void KeepLogShort() {
    const auto done = writer_.KeepLogShort(checkpoint_pages_);
    if (!done && done.error().IsFailedFlush()) health_.SetFlushFailed();
  }

  Sql<ArchiveSize> ReadSize() {
    Query query(sum_);
    VSS_RETURN_IF_FAILED(query.Next());
    return ArchiveSize{static_cast<std::uint64_t>(query.Int(0)),
                       static_cast<std::uint64_t>(query.Int(1))};
  }

  Sql<std::vector<ArchivedRecord>> ReadRecords(Rank after, std::size_t records_max,
                                               std::size_t bytes_max) {
    std::vector<ArchivedRecord> records;
    std::size_t bytes = 0;
    Query query(read_, after);
    while (records.size() < records_max && (records.empty() || bytes < bytes_max)) {
      VSS_TRY(const bool found, query.Next());
      if (!found) break;
      bytes += query.Bytes(3).size() + query.Bytes(7).size();
      records.push_back({{std::string(query.Bytes(1)), std::string(query.Bytes(2))},
                         {std::string(query.Bytes(3)), query.Int(4), std::string(query.Bytes(7))},
                         query.Int(0),
                         TimeOf(query.Int(5)),
                         TimeOf(query.Int(6))});
    }
    return records;
  }

  // False: a record is in the way of one of these.
  Sql<bool> WriteRecords(const std::vector<ArchivedRecord>& records) {
    VSS_RETURN_IF_FAILED(writer_.Begin());
    for (const ArchivedRecord& record : records) {
      VSS_TRY(const bool is_there, writer_.Import(record));
      if (!is_there) return false;
    }
    VSS_RETURN_IF_FAILED(writer_.Commit());
    return true;
  }

  const int checkpoint_pages_;
  NoLog log_;
  Health health_;
  FileLock lock_;  // Goes after the connections.
  Writer writer_;  // Closed after the reader, and with it the log.
  Database database_;
  Statement sum_{database_, "SELECT total(keys), total(bytes) FROM tenant"};
  // CROSS JOIN keeps the order of the tables: by rank, each with its space.
  Statement read_{database_,
                  "SELECT rank, tenant, store, key, version, created, updated, value "
                  "FROM record CROSS JOIN space ON space.id = record.space "
                  "WHERE rank > ?1 ORDER BY rank"};
};

}  // namespace

Result<std::unique_ptr<Archive>> MakeSqliteArchive(SqliteOptions options) {
  VSS_TRY(OpenedFile file, sqlite::OpenFile(options));
  VSS_TRY(Database reader, ToResult(sqlite::OpenForReading(options)));
  VSS_TRY(Database writer, ToResult(sqlite::OpenForWriting(options)));
  return std::unique_ptr<Archive>(std::make_unique<SqliteArchive>(
      options.checkpoint_pages, std::move(file), std::move(reader), std::move(writer)));
}

}  // namespace vss::store
