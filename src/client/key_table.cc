#include "client/key_table.h"

#include <utility>

#include "base/check.h"

namespace vss::client {

bool KeyTable::Enter(Ticket ticket, std::vector<std::string> keys) {
  Waiting waiting;
  for (const std::string& key : keys) {
    Entry& entry = entries_[key];
    entry.queue.push_back(ticket);
    ++entry.writes;
    if (entry.queue.size() > 1) ++waiting.not_first_in;
  }
  waiting.keys = std::move(keys);
  const bool is_first = waiting.not_first_in == 0;
  CHECK(writes_.emplace(ticket, std::move(waiting)).second);
  return is_first;
}

std::vector<KeyTable::Ticket> KeyTable::Leave(Ticket ticket) {
  auto node = writes_.extract(ticket);
  CHECK(!node.empty() && node.mapped().not_first_in == 0);
  std::vector<Ticket> next;
  for (const std::string& key : node.mapped().keys) {
    const auto where = entries_.find(key);
    Entry& entry = where->second;
    CHECK(entry.queue.front() == ticket);
    entry.queue.pop_front();
    ++entry.writes;
    if (entry.queue.empty()) {
      ForgetIfIdle(where);
      continue;
    }
    const Ticket first = entry.queue.front();
    if (--writes_.at(first).not_first_in == 0) next.push_back(first);
  }
  return next;
}

KeyTable::Seen KeyTable::LastSeen(const std::string& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? Seen{} : found->second.seen;
}

void KeyTable::OnWritten(const std::string& key, Version version) {
  entries_[key].seen = {Seen::State::kAt, version};
}

void KeyTable::OnUnsettled(const std::string& key) {
  entries_[key].seen = {Seen::State::kUnsettled};
}

KeyTable::ReadMark KeyTable::BeginRead(const std::string& key) {
  Entry& entry = entries_[key];
  ++entry.reads;
  return {entry.writes};
}

void KeyTable::EndRead(const std::string& key, ReadMark mark, std::optional<Version> version) {
  const auto where = entries_.find(key);
  Entry& entry = where->second;
  --entry.reads;
  if (version && entry.writes == mark.writes_before && entry.queue.empty()) {
    entry.seen = {Seen::State::kAt, *version};
  }
  ForgetIfIdle(where);
}

void KeyTable::ForgetIfIdle(Entries::iterator where) {
  const Entry& entry = where->second;
  const bool is_there = entry.seen.state == Seen::State::kUnsettled || entry.seen.version > 0;
  if (!is_there && entry.queue.empty() && entry.reads == 0) entries_.erase(where);
}

}  // namespace vss::client
