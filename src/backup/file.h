// A backup on disk.
//
// While it is written it is called FILE.part; FILE appears at once, when everything is in it and
// flushed.  A part that a crash left behind can be gone on with.
//
// Threads: one at a time.  Two processes cannot write the same part: the second is refused.
#ifndef VSS_BACKUP_FILE_H_
#define VSS_BACKUP_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backup/bytes_source.h"
#include "backup/contents.h"
#include "backup/format.h"
#include "base/failure.h"

namespace vss::backup {

// A file descriptor that closes itself.
class Descriptor final {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return fd_; }

 private:
  int fd_;
};

class FileBytes final : public BytesSource {
 public:
  static Result<std::unique_ptr<FileBytes>> Open(const std::string& path);
  // As it is now; `path` is for messages.
  static Result<std::unique_ptr<FileBytes>> Of(Descriptor file, const std::string& path);

  std::uint64_t Size() const override { return size_; }
  Result<Done> ReadAt(std::uint64_t offset, std::span<std::uint8_t> bytes) override;

 private:
  FileBytes(Descriptor file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

  Descriptor file_;
  std::uint64_t size_;
};

enum class Rename { kReplaces, kRefusesToReplace };

// kInvalid if `to` is there already and is not to be replaced.
Result<Done> RenameFile(const std::string& from, const std::string& to, Rename rename);
// Makes new names in `folder`, or in the one that `path` is in, durable.
Result<Done> FlushFolder(const std::string& folder);
Result<Done> FlushFolderOf(const std::string& path);

class Writer final {
 public:
  // Begins FILE.part anew with `head`, or, where one is left of the same origin, goes on with it:
  // whatever is sound in it is in `found`, and what is not is cut off.  Any other is left alone.
  static Result<Writer> Open(const std::string& path, const Head& head, Contents* found);
  Writer(Writer&&) noexcept = default;
  ~Writer();  // Leaves the part for the next one, if it was not finished.

  // Adds a record and returns the offset of its frame.
  Result<std::uint64_t> Append(const Record& record);

  // Adds index and summary (its `index_at` is filled in here), makes all of it durable, reads it
  // once more, and gives the file its name.
  Result<Done> Finish(const std::vector<std::uint64_t>& index, Summary summary, Rename rename);

  std::uint64_t bytes_written() const { return position_.offset; }

 private:
  Writer(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  Result<Done> Begin(const Head& head);
  Result<Done> GoOn(const Position& position);
  Result<std::uint64_t> Add(FrameKind kind, std::string_view start, std::string_view rest = {});
  Result<Done> Flush();

  std::string path_;
  Descriptor file_;
  Position position_;
  std::string waiting_;  // Frames that are not in the file yet.
};

std::string PartOf(const std::string& path);

}  // namespace vss::backup

#endif  // VSS_BACKUP_FILE_H_
