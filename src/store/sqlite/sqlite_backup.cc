#include "store/sqlite/sqlite_backup.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "store/sqlite/database.h"
#include "store/sqlite/file.h"
#include "store/sqlite/schema.h"

namespace vss::store {
namespace {

namespace fs = std::filesystem;

using sqlite::Database;
using sqlite::Error;

constexpr int kPagesPerStep = 1024;

Unexpected<Failure> Failed(const Error& error) { return Unexpected(error.ToFailure()); }

// A new file beside `target`, removed when this goes away unless it was published.
class PartialFile {
 public:
  explicit PartialFile(const std::string& target) : path_(target + ".partial-XXXXXX") {
    const int descriptor = mkstemp(path_.data());  // Readable by its owner only.
    is_made_ = descriptor >= 0;
    if (is_made_) close(descriptor);
  }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() {
    if (is_made_) unlink(path_.c_str());
  }

  bool IsMade() const { return is_made_; }
  const std::string& Path() const { return path_; }

  // Gives the file its name, durably.
  Result<Done> Publish(const std::string& target, IfTargetExists if_exists) {
    VSS_RETURN_IF_FAILED(sqlite::SyncFile(path_));
    // A link, unlike a rename, replaces nothing.
    const int code = if_exists == IfTargetExists::kReplace
                         ? std::rename(path_.c_str(), target.c_str())
                         : link(path_.c_str(), target.c_str());
    if (code != 0 && errno == EEXIST) return Invalid(target + " exists");
    if (code != 0) return Unavailable(target + " cannot be made: " + std::strerror(errno));
    return sqlite::SyncFolderOf(target);
  }

 private:
  std::string path_;
  bool is_made_ = false;
};

// A server would go on writing to the file that is no longer there; and SQLite would replay the log
// of another file into the copy.
Result<Done> CheckTarget(const std::string& source, const std::string& target) {
  std::error_code error;
  if (fs::equivalent(source, target, error)) return Invalid(target + " is the store itself");
  for (const char* suffix : {"-wal", "-journal"}) {
    const auto bytes = fs::file_size(target + suffix, error);
    if (!error && bytes > 0) return Invalid(target + suffix + " belongs to another file");
  }
  return Done{};
}

struct FinishBackup {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

Result<Done> CopyPages(Database& source, const std::string& to, const BackupProgress& progress) {
  auto target = Database::Open(to, "");
  if (!target) return Failed(target.error());
  // Nobody misses the copy if the machine stops half way.
  if (auto set = target->Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF"); !set) {
    return Failed(set.error());
  }
  const auto page_bytes = source.Number("PRAGMA page_size");
  if (!page_bytes) return Failed(page_bytes.error());

  const std::unique_ptr<sqlite3_backup, FinishBackup> backup(
      sqlite3_backup_init(target->handle(), "main", source.handle(), "main"));
  int code = backup == nullptr ? sqlite3_extended_errcode(target->handle()) : SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(backup.get(), kPagesPerStep);
    const std::int64_t pages = sqlite3_backup_pagecount(backup.get());
    const std::int64_t left = sqlite3_backup_remaining(backup.get());
    progress(static_cast<std::uint64_t>((pages - left) * *page_bytes),
             static_cast<std::uint64_t>(pages * *page_bytes));
  }
  if (code != SQLITE_DONE) return Failed({code, sqlite3_errstr(code)});
  return Done{};
}

// Opens and closes the copy, so that nothing of it is left in a log beside it.
Result<Done> CheckCopy(const std::string& path) {
  auto copy = Database::Open(path, "");
  if (!copy) return Failed(copy.error());
  VSS_RETURN_IF_FAILED(sqlite::CheckOrigin(*copy, path));
  return sqlite::CheckPages(*copy, path);
}

}  // namespace

Result<Done> BackupSqlite(const std::string& source, const std::string& target,
                          IfTargetExists if_exists, const BackupProgress& progress) {
  if (!sqlite::FileExists(source)) return Invalid(source + " does not exist");
  if (if_exists == IfTargetExists::kFail && sqlite::FileExists(target)) {
    return Invalid(target + " exists");
  }
  VSS_RETURN_IF_FAILED(CheckTarget(source, target));
  auto database = sqlite::OpenForReading({.path = source});
  if (!database) return sqlite::CannotOpen(source, database.error());
  database->KeepLogOnClose();  // After a crash it tells the next start to check the file.
  VSS_RETURN_IF_FAILED(sqlite::CheckOrigin(*database, source));
  // One transaction around all steps: without it, every commit of the server would make the copy
  // begin again.
  const auto begun = database->Execute("BEGIN; SELECT count(*) FROM sqlite_schema");
  if (!begun) return Failed(begun.error());

  PartialFile partial(target);
  if (!partial.IsMade()) {
    return Unavailable(partial.Path() + " cannot be made: " + std::strerror(errno));
  }
  VSS_RETURN_IF_FAILED(CopyPages(*database, partial.Path(), progress));
  VSS_RETURN_IF_FAILED(CheckCopy(partial.Path()));
  VSS_RETURN_IF_FAILED(CheckTarget(source, target));  // Once more: copying takes its time.
  return partial.Publish(target, if_exists);
}

}  // namespace vss::store
