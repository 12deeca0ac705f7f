#include "backup/survey.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace vss::backup {

std::size_t DigestHash::operator()(const ShortDigest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

Result<std::optional<ListedPage>> Pages::Next() {
  if (is_at_end_) return std::optional<ListedPage>();
  VSS_TRY(ListedPage page, list_(token_));
  for (const ListedKey& listed : page.keys) {
    if (listed.key.size() > kKeyBytesMax) return Corrupt("the server lists a key that is too long");
  }
  std::erase_if(page.keys, [this](const ListedKey& listed) {
    return !keys_seen_.insert(DigestOf({BytesOf(listed.key)})).second;
  });
  // Circles are known by what they do not bring.
  pages_without_news_ = page.keys.empty() ? pages_without_news_ + 1 : 0;
  is_at_end_ = page.next.empty();
  if (!is_at_end_ && pages_without_news_ > kPagesWithoutNewsMax) {
    return Corrupt("the server's pages lead nowhere");
  }
  if (keys_seen_.size() > keys_max_) {
    return Corrupt("the server lists more than " + std::to_string(keys_max_) + " keys");
  }
  token_ = page.next;
  return std::optional(std::move(page));
}

Survey::Survey(Remote& remote, const std::vector<Note>& known, Keep keep, Watch watch)
    : remote_(remote), keep_(std::move(keep)), watch_(std::move(watch)) {
  for (const Note& note : known) {
    known_[note.key] = {note.offset, note.value_bytes, note.version, note.value};
  }
}

Result<Reading> Survey::UntilStill() {
  progress_.step = "reading";
  VSS_TRY(Reading last, Read(Compare::kVersions));
  progress_.step = "comparing";
  for (int i = 1; i < kReadingsMax; ++i) {
    progress_.of = last.index.size();
    VSS_TRY(Reading next, Read(Compare::kValuesToo));
    const bool is_still = !next.missing && next.index == last.index &&
                          next.global_version_before == next.global_version_after;
    last = std::move(next);
    if (is_still) return last;
  }
  if (last.missing) {
    return Corrupt("the server lists records that it does not have: " + *last.missing);
  }
  return Unavailable("the store changed in every one of " + std::to_string(kReadingsMax) +
                     " readings: stop the wallet, or wait until it is idle, and try again");
}

Result<bool> Survey::IsStill(const Reading& before) {
  progress_.step = "comparing";
  progress_.of = before.index.size();
  VSS_TRY(const Reading now, Read(Compare::kValuesToo));
  return !now.missing && now.index == before.index &&
         now.global_version_after == before.global_version_before;
}

Result<Reading> Survey::Read(Compare compare) {
  Reading reading;
  progress_.done = 0;
  Pages pages(remote_);
  for (;;) {
    VSS_TRY(const std::optional<ListedPage> page, pages.Next());
    if (!page) break;
    if (page->global_version) reading.global_version_before = *page->global_version;
    VSS_RETURN_IF_FAILED(ReadPage(*page, compare, reading));
  }
  VSS_TRY(reading.global_version_after, remote_.GlobalVersion());
  return reading;
}

bool Survey::MustFetch(const ListedKey& listed, Compare compare) const {
  const auto found = known_.find(DigestOf({BytesOf(listed.key)}));
  if (found == known_.end() || found->second.version != listed.version) return true;
  // A version can come back: after a removal, or an unconditional write.
  return compare == Compare::kValuesToo;
}

Result<Done> Survey::ReadPage(const ListedPage& page, Compare compare, Reading& reading) {
  std::vector<Key> wanted;
  for (const ListedKey& listed : page.keys) {
    if (MustFetch(listed, compare)) wanted.push_back(listed.key);
  }
  VSS_RETURN_IF_FAILED(remote_.GetEach(
      wanted, [&](std::size_t i, const std::optional<Record>& record) -> Result<Done> {
        if (record) return Take(*record);
        known_.erase(DigestOf({BytesOf(wanted[i])}));
        reading.missing = wanted[i];
        return Done{};
      }));
  for (const ListedKey& listed : page.keys) {
    const auto found = known_.find(DigestOf({BytesOf(listed.key)}));
    if (found == known_.end()) continue;  // Missing.
    reading.index.push_back(found->second.offset);
    reading.value_bytes += found->second.value_bytes;
  }
  progress_.done += page.keys.size();
  if (watch_) watch_(progress_);
  return Done{};
}

Result<Done> Survey::Take(const Record& record) {
  const ShortDigest digest = DigestOf({BytesOf(record.key)});
  progress_.bytes += record.value.size();
  if (watch_) watch_(progress_);
  Known now{0, record.value.size(), record.version, DigestOf({BytesOf(record.value)})};
  const auto found = known_.find(digest);
  const bool is_known = found != known_.end() && found->second.version == now.version &&
                        found->second.value == now.value;
  if (is_known) {
    now.offset = found->second.offset;
  } else {
    VSS_TRY(now.offset, keep_(record));
  }
  known_[digest] = now;
  return Done{};
}

}  // namespace vss::backup
