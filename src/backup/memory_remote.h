// A provider in memory, for tests: versions and order as the protocol has them.
#ifndef VSS_BACKUP_MEMORY_REMOTE_H_
#define VSS_BACKUP_MEMORY_REMOTE_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backup/remote.h"

namespace vss::backup {

class MemoryRemote final : public Remote {
 public:
  // Called before every request; what it returns is the request's failure.
  std::function<std::optional<Failure>()> before = [] { return std::nullopt; };
  Version global_version = 0;
  std::size_t page_size = 3;
  // What a link can carry at the same time.
  std::size_t together_bytes_max = kTogetherBytesMax;
  std::size_t together_seen = 0;  // The most records that were asked for at the same time.

  // As a wallet's writes: conditional ones count versions up, unconditional ones begin again.
  void Put(const Key& key, std::string value) { Store(key, VersionOf(key) + 1, std::move(value)); }
  void PutUnconditionally(const Key& key, std::string value) { Store(key, 1, std::move(value)); }
  void Remove(const Key& key) { records_.erase(key); }

  // Keys, newest created first.
  std::vector<Key> Keys() const {
    std::vector<Key> keys;
    for (const auto& [key, stored] : records_) keys.push_back(key);
    std::ranges::sort(keys, std::greater(),
                      [this](const Key& key) { return records_.at(key).rank; });
    return keys;
  }
  Version VersionOf(const Key& key) const {
    const auto found = records_.find(key);
    return found == records_.end() ? 0 : found->second.version;
  }
  std::string ValueOf(const Key& key) const { return records_.at(key).value; }

  Result<ListedPage> List(const std::string& token) override {
    if (auto failure = before()) return Unexpected(*std::move(failure));
    const std::uint64_t below = token.empty() ? UINT64_MAX : std::stoull(token);
    ListedPage page;
    if (token.empty()) page.global_version = global_version;
    for (const Key& key : Keys()) {
      if (records_.at(key).rank >= below) continue;
      if (page.keys.size() == page_size) {
        page.next = std::to_string(records_.at(page.keys.back().key).rank);
        break;
      }
      page.keys.push_back({key, VersionOf(key)});
    }
    return page;
  }
  Found Get(const Key& key) override {
    if (auto failure = before()) return Unexpected(*std::move(failure));
    const auto found = records_.find(key);
    if (found == records_.end()) return std::optional<Record>();
    return std::optional(Record{key, found->second.version, found->second.value});
  }
  std::vector<Found> GetTogether(std::span<const Key> keys) override {
    together_seen = std::max(together_seen, keys.size());
    std::size_t bytes = 0;
    std::vector<Found> all;
    for (const Key& key : keys) {
      Found found = Get(key);
      if (found && *found) bytes += (*found)->value.size();
      all.push_back(bytes > together_bytes_max ? Found(Unavailable("too much")) : std::move(found));
    }
    return all;
  }
  Result<Version> GlobalVersion() override { return global_version; }
  Result<bool> Write(std::vector<Replacement> replacements) override {
    if (auto failure = before()) return Unexpected(*std::move(failure));
    const auto fits = [this](const Replacement& replacement) {
      return VersionOf(replacement.key) == replacement.replaces;
    };
    if (!std::ranges::all_of(replacements, fits)) return false;
    for (Replacement& replacement : replacements) {
      replacement.value ? Put(replacement.key, *std::move(replacement.value))
                        : Remove(replacement.key);
    }
    return true;
  }

 private:
  struct Stored {
    Version version = 0;
    std::uint64_t rank = 0;
    std::string value;
  };

  void Store(const Key& key, Version version, std::string value) {
    Stored& stored = records_[key];
    if (stored.rank == 0) stored.rank = ++last_rank_;
    stored.version = version;
    stored.value = std::move(value);
  }

  std::map<Key, Stored> records_;
  std::uint64_t last_rank_ = 0;
};

}  // namespace vss::backup

#endif  // VSS_BACKUP_MEMORY_REMOTE_H_
