// Reads a store until it stands still, and remembers what it saw.
//
// A server gives no snapshot over many keys, so the store is read twice: what is the same in two
// readings, one behind the other, was there all at once between them.  Values are compared, not
// only versions, which come back: after a removal, or an unconditional write.
//
// Memory: some 150 bytes a key, and the values that are under way (Remote::GetEach).
#ifndef VSS_BACKUP_SURVEY_H_
#define VSS_BACKUP_SURVEY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "backup/contents.h"
#include "backup/remote.h"

namespace vss::backup {

struct Progress {
  std::string step;
  std::uint64_t done = 0;   // Records.
  std::uint64_t of = 0;     // 0: nobody knows yet.
  std::uint64_t bytes = 0;  // Of values, all steps together.
};
using Watch = std::function<void(const Progress&)>;

struct DigestHash {
  std::size_t operator()(const ShortDigest& digest) const;
};
template <typename T>
using ByDigest = std::unordered_map<ShortDigest, T, DigestHash>;

// Every page of a store, with every key once: where one was written meanwhile, some servers list
// it, or its neighbour, on two pages.
//
// Memory: some 50 bytes a key.
// Threads: one at a time.
class Pages final {
 public:
  static constexpr std::size_t kKeysMax = 4'000'000;
  static constexpr std::size_t kKeyBytesMax = 2400;  // 600 characters.
  static constexpr int kPagesWithoutNewsMax = 1000;
  // `token` as Remote::List has it.
  using List = std::function<Result<ListedPage>(const std::string& token)>;

  explicit Pages(List list, std::size_t keys_max = kKeysMax)
      : list_(std::move(list)), keys_max_(keys_max) {}
  explicit Pages(Remote& remote)
      : Pages([&remote](const std::string& token) { return remote.List(token); }) {}
  // Nullopt behind the last.  kCorrupt for a server that goes in circles or on for ever.
  Result<std::optional<ListedPage>> Next();

 private:
  const List list_;
  const std::size_t keys_max_;
  std::string token_;
  bool is_at_end_ = false;
  int pages_without_news_ = 0;
  std::unordered_set<ShortDigest, DigestHash> keys_seen_;
};

// Takes a record that is new or has changed; says where it is kept.
using Keep = std::function<Result<std::uint64_t>(const Record& record)>;

struct Reading {
  std::vector<std::uint64_t> index;  // Where the records are kept, newest first.
  std::uint64_t value_bytes = 0;
  Version global_version_before = 0;
  Version global_version_after = 0;
  std::optional<Key> missing;  // One that was listed and is not there: removed since, or lost.
};

// Threads: one at a time.
class Survey final {
 public:
  static constexpr int kReadingsMax = 12;

  // `known`: what an earlier run has kept, oldest first.  It is compared before it counts.
  Survey(Remote& remote, const std::vector<Note>& known, Keep keep, Watch watch);

  // Two readings that are alike, after kReadingsMax at most; kUnavailable if there are none, and
  // kCorrupt if records are listed to the end that cannot be had.
  Result<Reading> UntilStill();

  // Whether one more reading is like `before`.
  Result<bool> IsStill(const Reading& before);

 private:
  enum class Compare : std::uint8_t { kVersions, kValuesToo };
  struct Known {
    std::uint64_t offset = 0;
    std::uint64_t value_bytes = 0;
    Version version = 0;
    ShortDigest value{};
  };

  Result<Reading> Read(Compare compare);
  Result<Done> ReadPage(const ListedPage& page, Compare compare, Reading& reading);
  Result<Done> Take(const Record& record);
  bool MustFetch(const ListedKey& listed, Compare compare) const;

  Remote& remote_;
  const Keep keep_;
  const Watch watch_;
  ByDigest<Known> known_;
  Progress progress_;
};

}  // namespace vss::backup

#endif  // VSS_BACKUP_SURVEY_H_
