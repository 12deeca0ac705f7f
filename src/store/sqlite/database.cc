#include "store/sqlite/database.h"

#include <utility>

namespace vss::store::sqlite {
namespace {

// Otherwise SQLite keeps statistics of its memory, under one mutex for all threads.
void LeaveMemoryUncounted() {
  static const int kDone = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(kDone);  // Refused if SQLite is in use already, which does not matter.
}

Error ErrorOf(int code) { return {code, sqlite3_errstr(code)}; }

Error LastError(sqlite3* handle) {
  return {sqlite3_extended_errcode(handle), sqlite3_errmsg(handle)};
}

}  // namespace

Failure Error::ToFailure() const {
  std::string detail = "SQLite " + std::to_string(code) + ": " + text;
  if (IsCorruption()) return {Kind::kCorrupt, "the database is damaged", std::move(detail)};
  return {Kind::kUnavailable, "the database cannot be used now", std::move(detail)};
}

Sql<Database> Database::Open(const std::string& path, const std::string& vfs) {
  LeaveMemoryUncounted();
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(
      path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      vfs.empty() ? nullptr : vfs.c_str());
  Database database(handle);
  if (handle == nullptr) return Unexpected(ErrorOf(code));
  if (code != SQLITE_OK) return Unexpected(LastError(handle));
  return database;
}

Sql<Done> Database::Execute(const std::string& sql) {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return Unexpected(LastError(handle()));
  }
  return Done{};
}

Sql<std::int64_t> Database::Number(const std::string& sql) {
  Statement statement(*this, sql);
  Query query(statement);
  VSS_TRY(const bool found, query.Next());
  return found ? query.Int(0) : 0;
}

Sql<std::string> Database::Text(const std::string& sql) {
  Statement statement(*this, sql);
  Query query(statement);
  VSS_TRY(const bool found, query.Next());
  return found ? std::string(query.Bytes(0)) : std::string();
}

void Database::KeepLogOnClose() {
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

bool Query::Prepare(Statement& statement) {
  if (statement.prepared_ == nullptr) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v3(statement.handle_, statement.sql_.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                           &prepared, nullptr) != SQLITE_OK) {
      error_ = LastError(statement.handle_);
      return false;
    }
    statement.prepared_.reset(prepared);
  }
  statement_ = statement.prepared_.get();
  return true;
}

Sql<bool> Query::Next() {
  if (error_) return Unexpected(*error_);
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return Unexpected(LastError(sqlite3_db_handle(statement_)));
  }
}

std::string_view Query::Bytes(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Query::Bind(int index, std::int64_t number) {
  Keep(sqlite3_bind_int64(statement_, index, number));
}

void Query::Bind(int index, std::string_view text) {
  // SQLite takes a null pointer for NULL, which an empty text is not.
  const char* data = text.data() == nullptr ? "" : text.data();
  Keep(sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::Bind(int index, Blob blob) {
  const char* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  Keep(sqlite3_bind_blob64(statement_, index, data, blob.bytes.size(), SQLITE_STATIC));
}

void Query::Keep(int code) {
  if (code != SQLITE_OK && !error_) error_ = ErrorOf(code);
}

}  // namespace vss::store::sqlite
