// A copy of an SQLite store, taken while a server writes to it.
#ifndef VSS_STORE_SQLITE_SQLITE_BACKUP_H_
#define VSS_STORE_SQLITE_SQLITE_BACKUP_H_

#include <cstdint>
#include <functional>
#include <string>

#include "base/failure.h"

namespace vss::store {

enum class IfTargetExists { kFail, kReplace };

// Told from time to time how far it is.
using BackupProgress = std::function<void(std::uint64_t bytes_done, std::uint64_t bytes)>;

// Copies the store at `source` to `target`, as it is when the copy begins.  The copy is written
// under another name in the same folder, checked, flushed and only then given its own, so `target`
// is whole or not there.  The server goes on writing meanwhile; its log grows by what it writes.
//
// kInvalid: `source` is not a store, or `target` exists, is the source, or has a log beside it.
// kUnavailable: reading or writing failed. kCorrupt: the source is damaged.
Result<Done> BackupSqlite(const std::string& source, const std::string& target,
                          IfTargetExists if_exists, const BackupProgress& progress);

}  // namespace vss::store

#endif  // VSS_STORE_SQLITE_SQLITE_BACKUP_H_
