#include "tests/e2e/sole_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <utility>

namespace vss::testing {
namespace {

const std::vector<std::string> kKeys = {"a", "b", "c", "d"};

std::int64_t VersionOf(const Contents& contents, const std::string& key) {
  const auto found = contents.find(key);
  return found == contents.end() ? 0 : found->second.version;
}

template <typename List>
std::string Lines(const List& list) {
  std::string text;
  for (const auto& line : list) text += "\n    " + line;
  return text;
}

std::vector<std::string> DescribeAll(const std::vector<Contents>& all) {
  std::vector<std::string> texts;
  texts.reserve(all.size());
  for (const Contents& contents : all) texts.push_back(Describe(contents));
  return texts;
}

}  // namespace

Word WordOf(const Outcome& outcome) {
  switch (outcome.status) {
    case 200:
      return Word::kDone;
    case 409:
      EXPECT_EQ(outcome, kConflict);
      return Word::kConflicted;
    case 503:
      EXPECT_EQ(outcome, (Outcome{503, 3})) << outcome;
      return Word::kNothing;
    case 0:
      // Even if nobody is there: libcurl tries once more when a connection that it had kept ends.
      return Word::kDoubt;
    default:
      EXPECT_EQ(outcome, (Outcome{500, 3})) << "an answer that no wallet understands: " << outcome;
      return Word::kDoubt;
  }
}

bool SoleWriter::Step(VssClient& client) {
  // While much is in doubt, reading comes first, as it does for a wallet.
  if (Below(random_, 8) == 0 || possible_.size() > 4) return Check(client);
  const Write write = NextWrite();
  const Outcome outcome = Send(client, write);
  lately_.push_back(Describe(write) + " -> " + std::to_string(outcome.status) + " " +
                    outcome.message);
  const Word word = WordOf(outcome);
  Learn(write, word);
  return word == Word::kDone || word == Word::kConflicted;
}

// What it asks for is worked out from one of the states that the store may be in.
Write SoleWriter::NextWrite() {
  const Contents& now = possible_[Below(random_, possible_.size())];
  const std::string value = store_id_ + " " + std::to_string(++writes_) + " " +
                            std::string(Below(random_, 10) == 0 ? 20'000 : 20, 'x');
  const std::string& key = kKeys[Below(random_, kKeys.size())];
  switch (Below(random_, 8)) {
    case 0:  // Unconditionally.
      return {.puts = {{key, -1, value}}};
    case 1:  // At a version that is wrong.
      return {.puts = {{key, VersionOf(now, key) + 7, value}, {"e", -1, value}}};
    case 2:
      return {.deletes = {{key, VersionOf(now, key)}}, .is_delete = true};
    case 3:  // One for another.
      return {.puts = {{"e", VersionOf(now, "e"), value}}, .deletes = {{key, -1}}};
    case 4:
    case 5:
      return {.puts = {{key, VersionOf(now, key), value}}};
    default:  // Everything at once: the same value everywhere.
      Write write{.global_version = VersionOf(now, kGlobalVersion)};
      for (const std::string& each : kKeys) {
        write.puts.push_back({each, VersionOf(now, each), value});
      }
      return write;
  }
}

void SoleWriter::Learn(const Write& write, Word word) {
  std::vector<Contents> next;
  for (const Contents& before : possible_) {
    const auto after = After(before, write);
    if (word == Word::kNothing || word == Word::kDoubt) next.push_back(before);
    if (word == Word::kConflicted && !after) next.push_back(before);
    if ((word == Word::kDone || word == Word::kDoubt) && after) next.push_back(*after);
  }
  std::sort(next.begin(), next.end(),
            [](const Contents& a, const Contents& b) { return Describe(a) < Describe(b); });
  next.erase(std::unique(next.begin(), next.end()), next.end());
  EXPECT_FALSE(next.empty()) << "store " << store_id_
                             << ": this answer cannot be true:" << Lines(lately_)
                             << "\n  it held one of" << Lines(DescribeAll(possible_));
  if (!next.empty()) possible_ = std::move(next);
  counts_ += {word == Word::kDone, word == Word::kConflicted, word == Word::kNothing,
              word == Word::kDoubt};
  if (lately_.size() > 20) lately_.erase(lately_.begin());
}

bool SoleWriter::Check(VssClient& client) {
  Contents found;
  for (const std::string& key : {kKeys[0], kKeys[1], kKeys[2], kKeys[3], std::string("e")}) {
    Entry entry;
    const Outcome outcome = client.Get(key, &entry);
    if (outcome == kOk) found[key] = {entry.version, entry.value};
    if (outcome == kOk || outcome == kNoSuchKey) continue;
    WordOf(outcome);
    return false;
  }
  Listing listing;
  const Outcome listed = client.List(&listing);
  if (!(listed == kOk)) {
    WordOf(listed);
    return false;
  }
  Contents versions = found;
  for (const Entry& entry : listing.entries) {
    EXPECT_EQ(VersionOf(versions, entry.key), entry.version) << entry.key << " in the list";
    versions.erase(entry.key);
  }
  EXPECT_TRUE(versions.empty()) << "not in the list: " << Describe(versions);
  if (listing.global_version.value_or(0) > 0) {
    found[kGlobalVersion] = {*listing.global_version, ""};
  }

  const bool is_known = std::find(possible_.begin(), possible_.end(), found) != possible_.end();
  EXPECT_TRUE(is_known) << "store " << store_id_ << " holds " << Describe(found)
                        << "\n  but must be" << Lines(DescribeAll(possible_)) << "\n  after"
                        << Lines(lately_);
  possible_ = {found};
  lately_.push_back("all was read");
  return true;
}

SoleWriter::Counts& SoleWriter::Counts::operator+=(const Counts& other) {
  done += other.done;
  conflicts += other.conflicts;
  nothing += other.nothing;
  doubts += other.doubts;
  return *this;
}

std::ostream& operator<<(std::ostream& out, const SoleWriter::Counts& counts) {
  return out << counts.done << " writes acknowledged, " << counts.conflicts << " conflicts, "
             << counts.nothing << " refused, " << counts.doubts << " in doubt";
}

}  // namespace vss::testing
