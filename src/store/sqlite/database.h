// A connection to an SQLite file, its prepared statements, and one run of a statement.
//
//   Statement find(database, "SELECT ...");        // Kept as long as the connection.
//   Query query(find, space, key);                 // Bound, not run yet.
//   VSS_TRY(const bool found, query.Next());       // One row further.
//   if (found) Use(query.Int(0), query.Bytes(1));  // Views hold until the next step.
//
// Threads:  a connection and all that hangs on it belong to one thread at a time.
// Bindings: text and blobs are bound without a copy, so they must outlive the Query.
#ifndef VSS_STORE_SQLITE_DATABASE_H_
#define VSS_STORE_SQLITE_DATABASE_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/expected.h"
#include "base/failure.h"

namespace vss::store::sqlite {

// What SQLite said: an extended result code and its text.
struct Error {
  int code = SQLITE_OK;
  std::string text;

  int Primary() const { return code & 0xff; }
  bool IsFailedFlush() const { return code == SQLITE_IOERR_FSYNC; }
  bool IsCorruption() const { return Primary() == SQLITE_CORRUPT || Primary() == SQLITE_NOTADB; }
  Failure ToFailure() const;  // kCorrupt or kUnavailable.
};

template <typename T>
using Sql = Expected<T, Error>;

// A connection.
class Database final {
 public:
  // Opens an existing file.  `vfs` is SQLite's name for what it stands on; empty is the usual one.
  static Sql<Database> Open(const std::string& path, const std::string& vfs);

  Sql<Done> Execute(const std::string& sql);         // Any number of statements, rows dropped.
  Sql<std::int64_t> Number(const std::string& sql);  // The first column of the first row, or 0.
  Sql<std::string> Text(const std::string& sql);     // Likewise, or empty.
  // Closing the last connection to a file moves the log into it and removes the log, unless told.
  void KeepLogOnClose();
  bool IsInTransaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}

  std::unique_ptr<sqlite3, Close> handle_;
};

// A statement of a connection, which it must not outlive.  Prepared by the first Query.
class Statement final {
 public:
  Statement(const Database& database, std::string sql)
      : handle_(database.handle()), sql_(std::move(sql)) {}

 private:
  friend class Query;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  sqlite3* handle_;
  std::string sql_;
  std::unique_ptr<sqlite3_stmt, Finalize> prepared_;
};

// What is bound as a blob; a plain string_view is bound as text.
struct Blob {
  std::string_view bytes;
};

// One run of a statement, which is free for the next one when this goes out of scope.
class Query final {
 public:
  template <typename... Values>
  explicit Query(Statement& statement, const Values&... values) {
    if (!Prepare(statement)) return;
    int index = 0;
    (Bind(++index, values), ...);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() { sqlite3_reset(statement_); }

  Sql<bool> Next();  // False: no more rows.
  std::int64_t Int(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view Bytes(int column) const;

 private:
  bool Prepare(Statement& statement);
  void Bind(int index, std::int64_t number);
  void Bind(int index, std::string_view text);
  void Bind(int index, Blob blob);
  void Keep(int code);

  sqlite3_stmt* statement_ = nullptr;
  std::optional<Error> error_;  // Of preparing or binding; told by Next().
};

// Runs a statement that has no rows to give.
template <typename... Values>
Sql<Done> Run(Statement& statement, const Values&... values) {
  VSS_RETURN_IF_FAILED(Query(statement, values...).Next());
  return Done{};
}

}  // namespace vss::store::sqlite

#endif  // VSS_STORE_SQLITE_DATABASE_H_
