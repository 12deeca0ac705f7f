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
    Entry& entry = entries_[key];
    CHECK(entry.queue.front() == ticket);
    entry.queue.pop_front();
    ++entry.writes;
    if (entry.queue.empty()) continue;
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

KeyTable::ReadMark KeyTable::BeginRead(const std::string& key) const {
  const auto found = entries_.find(key);
  return {found == entries_.end() ? 0 : found->second.writes};
}

void KeyTable::EndRead(const std::string& key, ReadMark mark, Version version) {
  Entry& entry = entries_[key];
  if (entry.writes == mark.writes_before && entry.queue.empty()) {
    entry.seen = {Seen::State::kAt, version};
  }
}

}  // namespace vss::client
