#include "backup/restore.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace vss::backup {
namespace {

constexpr std::size_t kConflictsShown = 100;
constexpr std::size_t kBatchItemsMax = 100;
constexpr std::size_t kBatchBytesMax = std::size_t{1} << 20;
// What an unconditional write leaves behind, however often.
constexpr Version kAfterUnconditionalWrite = 1;

ShortDigest KeyDigest(const Key& key) { return DigestOf({BytesOf(key)}); }

// Everything that a restore knows while it is at work.
//
// Threads: one.
class Job final {
 public:
  Job(BytesSource& bytes, const Contents& contents, Remote& target, RestoreOptions options,
      const Watch& watch)
      : bytes_(bytes), contents_(contents), target_(target), options_(options), watch_(watch) {
    for (const Note& note : contents_.notes) notes_[note.key].push_back(&note);
    for (const std::uint64_t offset : contents_.index) {
      const auto note = std::ranges::lower_bound(contents_.notes, offset, {}, &Note::offset);
      wanted_[note->key] = &*note;
    }
  }

  Result<RestoreOutcome> Run() {
    VSS_RETURN_IF_FAILED(LookAtTarget());
    if (!outcome_.IsDone()) return outcome_;
    VSS_TRY(const bool is_written, WriteOldestFirst());
    if (!is_written) return outcome_;
    VSS_RETURN_IF_FAILED(Verify());
    return outcome_;
  }

 private:
  // What is to be done about a key that the target has.
  enum class Fate : std::uint8_t { kLeave, kReplace, kRemove };
  struct Present {
    Version version = 0;
    Fate fate = Fate::kLeave;
    ShortDigest value{};
  };

  Result<Done> LookAtTarget() {
    Begin("looking", 0);
    Pages pages(target_);
    for (;;) {
      VSS_TRY(const std::optional<ListedPage> page, pages.Next());
      if (!page) return Done{};
      std::vector<Key> shared;
      for (const ListedKey& listed : page->keys) {
        notes_.contains(KeyDigest(listed.key)) ? shared.push_back(listed.key)
                                               : void(++outcome_.only_in_target);
      }
      VSS_RETURN_IF_FAILED(
          target_.GetEach(shared, [this](std::size_t, const std::optional<Record>& record) {
            return record ? Decide(*record) : Done{};  // Nullopt: removed since it was listed.
          }));
      Advance(page->keys.size());
    }
  }

  Result<Done> Decide(const Record& record) {
    const ShortDigest key = KeyDigest(record.key);
    const ShortDigest value = DigestOf({BytesOf(record.value)});
    const auto wanted = wanted_.find(key);
    const bool was_ours =
        options_.target_is_a_copy &&
        std::ranges::any_of(notes_.at(key), [&](const Note* note) { return note->value == value; });
    if (wanted == wanted_.end()) {
      if (was_ours && MayRemove(key)) {
        present_[key] = {record.version, Fate::kRemove, value};
        gone_.push_back(record.key);
      } else if (options_.target_is_a_copy && !was_ours && !options_.may_overwrite) {
        AddConflict(record.key);
      } else {
        ++(was_ours ? outcome_.gone_from_source : outcome_.only_in_target);
      }
    } else if (wanted->second->value == value) {
      present_[key] = {record.version, Fate::kLeave, value};
      ++outcome_.there_already;
    } else if (was_ours || options_.may_overwrite) {
      present_[key] = {record.version, Fate::kReplace, value};
    } else {
      AddConflict(record.key);
    }
    return Done{};
  }

  bool MayRemove(const ShortDigest& key) const {
    if (contents_.index.empty()) return false;
    const Keys* const ours = options_.written_by_this_run;
    return options_.may_remove || (ours != nullptr && ours->contains(key));
  }

  void AddConflict(const Key& key) {
    ++outcome_.conflict_count;
    if (outcome_.conflicts.size() < kConflictsShown) outcome_.conflicts.push_back(key);
  }

  // False: somebody else writes to the target, too.
  Result<bool> WriteOldestFirst() {
    Begin("writing", contents_.index.size());
    for (auto offset = contents_.index.rbegin(); offset != contents_.index.rend(); ++offset) {
      const auto note = std::ranges::lower_bound(contents_.notes, *offset, {}, &Note::offset);
      const auto present = present_.find(note->key);
      Advance(1);
      if (present != present_.end() && present->second.fate == Fate::kLeave) continue;
      VSS_TRY(Record record, ReadRecordAt(bytes_, *offset));
      const Version replaces =
          present == present_.end() ? Replacement::kAbsent : present->second.version;
      VSS_TRY(const bool is_written,
              Add({std::move(record.key), replaces, std::move(record.value)}));
      if (!is_written) return false;
    }
    for (const Key& key : gone_) {
      VSS_TRY(const bool is_written, Add({key, present_.at(KeyDigest(key)).version, {}}));
      if (!is_written) return false;
    }
    return WriteBatch();
  }

  Result<bool> Add(Replacement replacement) {
    const std::size_t bytes = replacement.value ? replacement.value->size() : 0;
    const bool is_full = batch_.size() >= kBatchItemsMax || batch_bytes_ + bytes > kBatchBytesMax;
    if (is_full && !batch_.empty()) {
      VSS_TRY(const bool is_written, WriteBatch());
      if (!is_written) return false;
    }
    batch_bytes_ += bytes;
    progress_.bytes += bytes;
    batch_.push_back(std::move(replacement));
    return true;
  }

  Result<bool> WriteBatch() {
    if (batch_.empty()) return true;
    RestoreOutcome with_batch = outcome_;
    std::vector<Key> keys;
    for (const Replacement& replacement : batch_) {
      keys.push_back(replacement.key);
      ++(!replacement.value                             ? with_batch.removed
         : replacement.replaces == Replacement::kAbsent ? with_batch.created
                                                        : with_batch.replaced);
    }
    VSS_TRY(const bool is_as_seen, IsBatchAsSeen());
    if (!is_as_seen) return false;
    batch_bytes_ = 0;
    VSS_TRY(const bool is_written, target_.Write(std::exchange(batch_, {})));
    if (is_written) {
      outcome_ = with_batch;
    } else {
      for (const Key& key : keys) AddConflict(key);
    }
    if (is_written && options_.written_by_this_run != nullptr) {
      for (const Key& key : keys) options_.written_by_this_run->insert(KeyDigest(key));
    }
    return is_written;
  }

  // Where the version does not tell.
  Result<bool> IsBatchAsSeen() {
    std::vector<Key> keys;
    for (const Replacement& replacement : batch_) {
      if (replacement.replaces == kAfterUnconditionalWrite) keys.push_back(replacement.key);
    }
    VSS_RETURN_IF_FAILED(
        target_.GetEach(keys, [&](std::size_t i, const std::optional<Record>& record) {
          const ShortDigest& seen = present_.at(KeyDigest(keys[i])).value;
          if (!record || DigestOf({BytesOf(record->value)}) != seen) AddConflict(keys[i]);
          return Done{};
        }));
    return outcome_.IsDone();
  }

  // Reads back all there is, in the target's order.
  Result<Done> Verify() {
    Begin("verifying", contents_.index.size());
    Pages pages(target_);
    std::vector<const Note*> found;
    for (;;) {
      VSS_TRY(const std::optional<ListedPage> page, pages.Next());
      if (!page) break;
      std::vector<Key> shared;
      for (const ListedKey& listed : page->keys) {
        const ShortDigest key = KeyDigest(listed.key);
        if (present_.contains(key) && present_.at(key).fate == Fate::kRemove) {
          return Corrupt("the target still lists what was removed from it");
        }
        const auto wanted = wanted_.find(key);
        if (wanted == wanted_.end()) continue;
        found.push_back(wanted->second);
        shared.push_back(listed.key);
      }
      VSS_RETURN_IF_FAILED(
          target_.GetEach(shared, [this](std::size_t, const std::optional<Record>& record) {
            return CheckWritten(record);
          }));
      Advance(shared.size());
    }
    if (found.size() != contents_.index.size()) {
      return Corrupt("the target lists " + std::to_string(found.size()) + " of the " +
                     std::to_string(contents_.index.size()) + " records that it accepted");
    }
    outcome_.is_order_kept = std::ranges::equal(found, contents_.index, {},
                                                [](const Note* note) { return note->offset; });
    return Done{};
  }

  Result<Done> CheckWritten(const std::optional<Record>& record) const {
    if (!record) return Corrupt("the target lists a record that it does not have");
    if (DigestOf({BytesOf(record->value)}) == wanted_.at(KeyDigest(record->key))->value) {
      return Done{};
    }
    return Corrupt("the target has other values than were written to it");
  }

  void Begin(const char* step, std::uint64_t of) {
    progress_.step = step;
    progress_.done = 0;
    progress_.of = of;
  }
  void Advance(std::uint64_t records) {
    progress_.done += records;
    if (watch_) watch_(progress_);
  }

  BytesSource& bytes_;
  const Contents& contents_;
  Remote& target_;
  const RestoreOptions options_;
  const Watch& watch_;

  ByDigest<std::vector<const Note*>> notes_;  // All that the file ever had under a key.
  ByDigest<const Note*> wanted_;              // What the target shall have.
  ByDigest<Present> present_;
  std::vector<Key> gone_;
  std::vector<Replacement> batch_;
  std::size_t batch_bytes_ = 0;
  Progress progress_;
  RestoreOutcome outcome_;
};

}  // namespace

Result<RestoreOutcome> Restore(BytesSource& bytes, const Contents& contents, Remote& target,
                               RestoreOptions options, const Watch& watch) {
  VSS_RETURN_IF_FAILED(DemandSound(contents));
  return Job(bytes, contents, target, options, watch).Run();
}

}  // namespace vss::backup
