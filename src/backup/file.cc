#include "backup/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <tuple>
#include <utility>

namespace vss::backup {
namespace {

constexpr std::size_t kWaitingBytesMax = std::size_t{64} << 10;

Unexpected<Failure> FileFailure(const std::string& path, const char* what) {
  return Unavailable(path + " cannot be " + what + ": " + std::strerror(errno));
}

// Whether `path` still names what was opened under it.
bool IsNameOf(const Descriptor& file, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return fstat(file.get(), &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace

Result<Done> FlushFolderOf(const std::string& path) {
  return FlushFolder(std::filesystem::absolute(path).parent_path());
}

Result<Done> FlushFolder(const std::string& folder) {
  const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open.get() < 0 || fsync(open.get()) != 0) return FileFailure(folder, "flushed");
  return Done{};
}

Result<Done> RenameFile(const std::string& from, const std::string& to, Rename rename) {
  const unsigned int flags = rename == Rename::kReplaces ? 0 : RENAME_NOREPLACE;
  int result = renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags);
  // Network file systems know no flags: then looking before has to do.
  if (result != 0 && errno == EINVAL && flags != 0) {
    if (access(to.c_str(), F_OK) == 0) return Invalid(to + " is in the way");
    result = std::rename(from.c_str(), to.c_str());
  }
  if (result == 0) return Done{};
  if (errno == EEXIST) return Invalid(to + " is in the way");
  return FileFailure(to, "written");
}

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

std::string PartOf(const std::string& path) { return path + ".part"; }

Result<std::unique_ptr<FileBytes>> FileBytes::Open(const std::string& path) {
  return Of(Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), path);
}

Result<std::unique_ptr<FileBytes>> FileBytes::Of(Descriptor file, const std::string& path) {
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) return FileFailure(path, "read");
  if (!S_ISREG(status.st_mode)) return Invalid(path + " is not a regular file");
  return std::unique_ptr<FileBytes>(
      new FileBytes(std::move(file), static_cast<std::uint64_t>(status.st_size)));
}

Result<Done> FileBytes::ReadAt(std::uint64_t offset, std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = pread(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileFailure("the backup", "read");
    if (got == 0) return Unavailable("the backup became shorter while it was read");
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return Done{};
}

Result<Writer> Writer::Open(const std::string& path, const Head& head, Contents* found) {
  const std::string part = PartOf(path);
  // What wallets store is sealed, mostly; in any case it is nobody else's business.
  Descriptor file(::open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.get() < 0) return FileFailure(part, "written");
  // Whoever had the lock may have finished the file since it was opened here.
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !IsNameOf(file, part)) {
    return Unavailable(part + " is being written by another process");
  }
  VSS_TRY(const auto bytes, FileBytes::Of(Descriptor(dup(file.get())), part));
  Writer writer(path, std::move(file));
  if (bytes->Size() == 0) {
    VSS_RETURN_IF_FAILED(writer.Begin(head));
    return writer;
  }
  VSS_TRY(*found, Examine(*bytes));
  if (!found->head) {
    return Invalid(part + " is in the way: it is not the beginning of a backup");
  }
  if (found->head->origin != head.origin) {
    return Invalid(part + " is in the way: another store was read into it, or somebody else's");
  }
  if (found->sound.sequence == 0) {
    return Invalid(part + " is in the way: it is damaged from its first frame on");
  }
  const auto is_behind = [&](const Note& note) { return note.offset >= found->sound.offset; };
  std::erase_if(found->notes, is_behind);
  VSS_RETURN_IF_FAILED(writer.GoOn(found->sound));
  return writer;
}

Writer::~Writer() { std::ignore = Flush(); }

Result<Done> Writer::Begin(const Head& head) {
  waiting_ = EncodePreamble();
  position_ = {waiting_.size(), 0, DigestOf({BytesOf(waiting_)})};
  VSS_TRY([[maybe_unused]] const std::uint64_t at, Add(FrameKind::kHead, EncodeHead(head)));
  return Flush();
}

Result<Done> Writer::GoOn(const Position& position) {
  const auto end = static_cast<off_t>(position.offset);
  if (ftruncate(file_.get(), end) != 0 || lseek(file_.get(), end, SEEK_SET) != end) {
    return FileFailure(PartOf(path_), "continued");
  }
  position_ = position;
  return Done{};
}

Result<std::uint64_t> Writer::Add(FrameKind kind, std::string_view start, std::string_view rest) {
  const std::uint64_t offset = position_.offset;
  const std::string header =
      EncodeFrameHeader({kind, position_.sequence, start.size() + rest.size()});
  const ShortDigest digest = DigestOf({BytesOf(header), BytesOf(start), BytesOf(rest)});
  position_.link = DigestOf({position_.link, digest});
  position_.sequence += 1;
  for (const std::string_view part :
       {std::string_view(header), start, rest, TextOf(digest), TextOf(position_.link)}) {
    waiting_.append(part);
    position_.offset += part.size();
  }
  if (waiting_.size() >= kWaitingBytesMax) VSS_RETURN_IF_FAILED(Flush());
  return offset;
}

Result<Done> Writer::Flush() {
  std::string_view left = waiting_;
  while (!left.empty()) {
    const ssize_t written = write(file_.get(), left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return FileFailure(PartOf(path_), "written");
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  waiting_.clear();
  return Done{};
}

Result<std::uint64_t> Writer::Append(const Record& record) {
  return Add(FrameKind::kRecord, EncodeRecordStart(record.key, record.version), record.value);
}

Result<Done> Writer::Finish(const std::vector<std::uint64_t>& index, Summary summary,
                            Rename rename) {
  summary.index_at = position_.offset;
  for (std::size_t at = 0; at < index.size(); at += kIndexEntriesMax) {
    const std::size_t count = std::min(kIndexEntriesMax, index.size() - at);
    const auto first = index.begin() + static_cast<std::ptrdiff_t>(at);
    VSS_RETURN_IF_FAILED(
        Add(FrameKind::kIndex, EncodeIndex({first, first + static_cast<std::ptrdiff_t>(count)})));
  }
  VSS_RETURN_IF_FAILED(Add(FrameKind::kDone, EncodeSummary(summary)));
  VSS_RETURN_IF_FAILED(Flush());
  if (fsync(file_.get()) != 0) return FileFailure(PartOf(path_), "flushed");
  VSS_TRY(const auto bytes, FileBytes::Of(Descriptor(dup(file_.get())), PartOf(path_)));
  VSS_TRY(const Contents written, Examine(*bytes));
  VSS_RETURN_IF_FAILED(DemandSound(written));
  VSS_RETURN_IF_FAILED(RenameFile(PartOf(path_), path_, rename));
  return FlushFolderOf(path_);
}

}  // namespace vss::backup
