#include "tests/sqlite/faulty_disk.h"

#include "base/check.h"

namespace vss::testing {
namespace {

// SQLite hands out one block of memory a file: ours first, then that of the file system's layer.
struct File {
  sqlite3_file base;
  FaultyDisk* disk;
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
  if (Ours(file)->disk->read_fails) return SQLITE_IOERR_READ;
  return Pass<&sqlite3_io_methods::xRead>(file, to, bytes, offset);
}

int Write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
  const FaultyDisk& disk = *Ours(file)->disk;
  if (disk.write_fails) return SQLITE_IOERR_WRITE;
  if (Ours(file)->is_log && offset + bytes > disk.log_bytes_max) return SQLITE_FULL;
  return Pass<&sqlite3_io_methods::xWrite>(file, from, bytes, offset);
}

int Sync(sqlite3_file* file, int flags) {
  FaultyDisk& disk = *Ours(file)->disk;
  if (Ours(file)->is_log) {
    if (disk.log_flush_fails) return SQLITE_IOERR_FSYNC;
    ++disk.log_flushes;
  }
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
    .xTruncate = Pass<&sqlite3_io_methods::xTruncate>,
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
  ours->is_log = (flags & SQLITE_OPEN_WAL) != 0;
  const int code = FileSystem()->xOpen(FileSystem(), path, ours->Below(), flags, out_flags);
  file->pMethods = ours->Below()->pMethods == nullptr ? nullptr : &kMethods;
  return code;
}

}  // namespace

FaultyDisk::FaultyDisk() : vfs_(*FileSystem()) {
  vfs_.szOsFile += static_cast<int>(sizeof(File));
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = Open;
  CHECK(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

FaultyDisk::~FaultyDisk() { sqlite3_vfs_unregister(&vfs_); }

}  // namespace vss::testing
