#include "tests/sqlite/faulty_disk.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/check.h"

namespace vss::testing {
namespace {

// SQLite hands out one block of memory a file: ours first, then that of the file system's layer.
struct File {
  sqlite3_file base;
  FaultyDisk* disk;
  const char* path;  // SQLite keeps it as long as the file is open.
  bool is_log;

  sqlite3_file* Below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* Ours(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

// Hands a call of SQLite's to the layer below.
template <auto Method, typename... Arguments>
int Pass(sqlite3_file* file, Arguments... arguments) {
  sqlite3_file* below = Ours(file)->Below();
  return (below->pMethods->*Method)(below, arguments...);
}

int Read(sqlite3_file* file, void* to, int bytes, sqlite3_int64 offset) {
  const FaultyDisk& disk = *Ours(file)->disk;
  if (disk.PowerIsCut() || disk.read_fails) return SQLITE_IOERR_READ;
  return Pass<&sqlite3_io_methods::xRead>(file, to, bytes, offset);
}

int Write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
  FaultyDisk& disk = *Ours(file)->disk;
  if (disk.PowerIsCut() || disk.write_fails) return SQLITE_IOERR_WRITE;
  if (Ours(file)->is_log && offset + bytes > disk.log_bytes_max) return SQLITE_FULL;
  disk.OnWrite(Ours(file)->path, offset,
               std::string(static_cast<const char*>(from), static_cast<std::size_t>(bytes)));
  return Pass<&sqlite3_io_methods::xWrite>(file, from, bytes, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (Ours(file)->disk->PowerIsCut()) return SQLITE_IOERR_TRUNCATE;
  Ours(file)->disk->OnTruncate(Ours(file)->path, size);
  return Pass<&sqlite3_io_methods::xTruncate>(file, size);
}

bool TakeOne(std::atomic<int>& count) {
  if (count == 0) return false;
  if (count != FaultyDisk::kAll) --count;
  return true;
}

int Sync(sqlite3_file* file, int flags) {
  FaultyDisk& disk = *Ours(file)->disk;
  const bool is_log = Ours(file)->is_log;
  if (disk.PowerIsCut()) return SQLITE_IOERR_FSYNC;
  if (TakeOne(is_log ? disk.log_flushes_to_fail : disk.file_flushes_to_fail)) {
    disk.OnFailedFlush(Ours(file)->path);
    return SQLITE_IOERR_FSYNC;
  }
  if (is_log) ++disk.log_flushes;
  disk.OnFlush(Ours(file)->path);
  return Pass<&sqlite3_io_methods::xSync>(file, flags);
}

void ShmBarrier(sqlite3_file* file) {
  Ours(file)->Below()->pMethods->xShmBarrier(Ours(file)->Below());
}

// Version 2: without memory maps, which no call of ours could make fail.
const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = Pass<&sqlite3_io_methods::xClose>,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = Truncate,
    .xSync = Sync,
    .xFileSize = Pass<&sqlite3_io_methods::xFileSize>,
    .xLock = Pass<&sqlite3_io_methods::xLock>,
    .xUnlock = Pass<&sqlite3_io_methods::xUnlock>,
    .xCheckReservedLock = Pass<&sqlite3_io_methods::xCheckReservedLock>,
    .xFileControl = Pass<&sqlite3_io_methods::xFileControl>,
    .xSectorSize = Pass<&sqlite3_io_methods::xSectorSize>,
    .xDeviceCharacteristics = Pass<&sqlite3_io_methods::xDeviceCharacteristics>,
    .xShmMap = Pass<&sqlite3_io_methods::xShmMap>,
    .xShmLock = Pass<&sqlite3_io_methods::xShmLock>,
    .xShmBarrier = ShmBarrier,
    .xShmUnmap = Pass<&sqlite3_io_methods::xShmUnmap>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

sqlite3_vfs* FileSystem() { return sqlite3_vfs_find(nullptr); }

int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  File* ours = Ours(file);
  ours->disk = static_cast<FaultyDisk*>(vfs->pAppData);
  ours->path = path;
  ours->is_log = (flags & SQLITE_OPEN_WAL) != 0;
  const int code = FileSystem()->xOpen(FileSystem(), path, ours->Below(), flags, out_flags);
  file->pMethods = ours->Below()->pMethods == nullptr ? nullptr : &kMethods;
  if (code == SQLITE_OK) ours->disk->OnOpen(path);
  return code;
}

int Remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  FaultyDisk& disk = *static_cast<FaultyDisk*>(vfs->pAppData);
  if (disk.PowerIsCut()) return SQLITE_IOERR_DELETE;
  disk.OnRemove(path);
  return FileSystem()->xDelete(FileSystem(), path, sync_folder);
}

}  // namespace

FaultyDisk::FaultyDisk(std::uint64_t seed) : vfs_(*FileSystem()), random_(seed) {
  vfs_.szOsFile += static_cast<int>(sizeof(File));
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = Open;
  vfs_.xDelete = Remove;
  CHECK(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

FaultyDisk::~FaultyDisk() { sqlite3_vfs_unregister(&vfs_); }

void FaultyDisk::RestorePower() {
  const std::lock_guard lock(mutex_);
  for (auto& [path, platter] : platters_) {
    ApplySome(platter);
    std::ofstream(path, std::ios::binary) << platter.flushed;
    std::filesystem::remove(path + "-shm");
  }
  platters_.clear();
  power_is_cut_ = false;
}

void FaultyDisk::OnOpen(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (platters_.contains(path)) return;
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  platters_[path].flushed = content.str();
}

void FaultyDisk::OnWrite(const std::string& path, std::int64_t offset, std::string bytes) {
  const std::lock_guard lock(mutex_);
  platters_[path].changes.push_back({offset, std::move(bytes)});
}

void FaultyDisk::OnTruncate(const std::string& path, std::int64_t size) {
  const std::lock_guard lock(mutex_);
  platters_[path].changes.push_back({size, {}, true});
}

void FaultyDisk::OnFlush(const std::string& path) {
  const std::lock_guard lock(mutex_);
  Platter& platter = platters_[path];
  for (const Change& change : platter.changes) Apply(change, platter.flushed);
  platter.changes.clear();
}

void FaultyDisk::OnFailedFlush(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ApplySome(platters_[path]);
}

void FaultyDisk::OnRemove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  platters_.erase(path);
}

void FaultyDisk::ApplySome(Platter& platter) {
  const std::uint64_t chance = Below(random_, 3);  // 0: nothing; 1: any part; 2: everything.
  for (const Change& change : platter.changes) {
    if (Below(random_, 2) < chance) Apply(change, platter.flushed);
  }
  platter.changes.clear();
}

void FaultyDisk::Apply(const Change& change, std::string& content) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (change.truncates) return content.resize(offset);
  if (content.size() < offset + change.bytes.size()) content.resize(offset + change.bytes.size());
  content.replace(offset, change.bytes.size(), change.bytes);
}

}  // namespace vss::testing
