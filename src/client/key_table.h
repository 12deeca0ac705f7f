// What a client knows about the keys of its store, and whose turn it is to write them.
//
// Threads:  one at a time.
// Sizes:    an entry for every key that is there as far as is known, or is being read or written.
#ifndef VSS_CLIENT_KEY_TABLE_H_
#define VSS_CLIENT_KEY_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "vss/client.h"

namespace vss::client {

class KeyTable final {
 public:
  using Ticket = std::uint64_t;

  // Queues a write of `keys`, which differ, behind all earlier ones that have a key in common with
  // it.  Whether it is its turn at once.
  bool Enter(Ticket ticket, std::vector<std::string> keys);
  // The write is over.  Whose turn it is now.
  std::vector<Ticket> Leave(Ticket ticket);

  struct Seen {
    enum class State { kNever, kAt, kUnsettled };
    State state = State::kNever;
    Version version = 0;  // kAt; 0: not there.
  };
  Seen LastSeen(const std::string& key) const;

  // A write has left `key` at this version.
  void OnWritten(const std::string& key, Version version);
  // A write may have been applied, or not.
  void OnUnsettled(const std::string& key);

  // A read counts only if no write was under way between its beginning and its end.
  struct ReadMark {
    std::uint64_t writes_before;
  };
  ReadMark BeginRead(const std::string& key);
  // Nullopt: it did not get to know the version.
  void EndRead(const std::string& key, ReadMark mark, std::optional<Version> version);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Seen seen = {};
    std::deque<Ticket> queue = {};  // The first one is writing, once it is first everywhere.
    std::uint64_t writes = 0;       // Begun and ended.
    std::size_t reads = 0;          // Under way.
  };
  using Entries = std::unordered_map<std::string, Entry>;
  struct Waiting {
    std::vector<std::string> keys;
    std::size_t not_first_in = 0;
  };

  // What is not there needs no entry: that is what an unknown key counts as.
  void ForgetIfIdle(Entries::iterator where);

  Entries entries_;
  std::unordered_map<Ticket, Waiting> writes_;
};

}  // namespace vss::client

#endif  // VSS_CLIENT_KEY_TABLE_H_
