// A client of one store of one VSS server.
//
// Keys and values go out as they are given: vss/sealer.h hides them, and vss/kv_store.h does
// both the way LDK Node does.
//
// Writes are conditional.  The client remembers the version of every key that it has read or
// written, and a write says that it replaces just that one: whoever writes without having seen what
// is there gets a conflict instead of overwriting it.  Versions come from Get, Put and Delete, not
// from List.  Unconditional writes must be asked for by name.
//
// A write is tried again only if it is certain that it was not applied.  Where a reply was lost the
// client reads the keys back, by version and value, before it goes on; and where the server reports
// a conflict it makes sure by reading that the conflict is not with the client's own write.  What
// cannot be settled is kInDoubt.
//
// When they are read back, values of 32 bytes and more count as unique, which sealed ones are.  A
// value that two parties may both write, such as a lock, needs something of its own in it, or both
// are told that it was they who wrote it.
//
// Order:    two writes to one key are applied in the order of the calls, one after the other;
//           those to different keys run side by side.  Reads wait for nobody.
// Threads:  every method, any thread.  `then` runs exactly once, on a thread of the transport's or,
//           rarely, before the method returns; it must not block, and may call the client.
// Sizes:    some 200 bytes for each key that was read or written and is there; `calls_max` calls at
//           a time.
// Source:   the VSS protocol, docs/formats/vss-protocol.md.
#ifndef VSS_CLIENT_H_
#define VSS_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vss/client_error.h"
#include "vss/clock.h"
#include "vss/credentials.h"
#include "vss/entropy.h"
#include "vss/http.h"
#include "vss/retry.h"

namespace vss::client {

using Version = std::int64_t;  // 1 to kVersionMax; of the whole store also 0.
inline constexpr Version kVersionMax = INT64_MAX - 1;

// The key whose version is that of the whole store: it can be read, and is written as
// Transaction::global_version.  There is no record of that name.
inline constexpr char kGlobalVersionKey[] = "global_version";

// What a write replaces.
class Expect final {
 public:
  enum class Kind { kKnown, kAbsent, kAt, kUnconditional };

  // The version that this client has seen last; nothing, if it has never seen the key.  kInDoubt,
  // without a request, if an unsettled write left that open: read first.
  static Expect Known() { return Expect(Kind::kKnown, 0); }
  static Expect Absent() { return Expect(Kind::kAbsent, 0); }
  // From 1 to kVersionMax; anything else is kInvalid.
  static Expect At(Version version) { return Expect(Kind::kAt, version); }
  // Whatever is there, also something newer.  The version is 1 afterwards.
  static Expect Unconditional() { return Expect(Kind::kUnconditional, 0); }

  Kind kind() const { return kind_; }
  Version version() const { return version_; }  // kAt.

 private:
  Expect(Kind kind, Version version) : kind_(kind), version_(version) {}
  Kind kind_;
  Version version_;
};

struct StoredRecord {
  std::string key;
  Version version = 0;
  std::string value;
  bool operator==(const StoredRecord&) const = default;
};

struct KeyVersion {
  std::string key;
  Version version = 0;  // 0: not there.
  bool operator==(const KeyVersion&) const = default;
};

struct Write {
  std::string key;
  std::string value;
  Expect expect = Expect::Known();
};

struct Remove {
  std::string key;
  Expect expect = Expect::Known();
};

// All or nothing.  At most 1000 writes and removes, no key twice.
struct Transaction {
  std::vector<Write> writes = {};
  // A key that is not there is a conflict here.
  std::vector<Remove> removes = {};
  // If set, the version of the whole store counts as one more key that is written.
  std::optional<Expect> global_version = std::nullopt;
};

// Look at it: that a write met a conflict is an answer, and no error.
struct [[nodiscard]] WriteOutcome {
  enum class Kind {
    kCommitted,
    kConflict,  // Nothing was changed.
  };
  Kind kind = Kind::kCommitted;
  // Committed: what was written, with its versions now, in order; the global version last.
  // Conflict: what was found where it stood in the way, as far as that could be read.
  std::vector<KeyVersion> keys = {};

  bool IsCommitted() const { return kind == Kind::kCommitted; }
};

struct ListOptions {
  std::string prefix = {};
  std::optional<std::int32_t> page_size = std::nullopt;  // Servers cap it, mostly at 100.
};

struct Listing {
  std::vector<KeyVersion> keys;           // Newest created first.
  std::string next_page_token;            // Empty at the end.
  std::optional<Version> global_version;  // With a first page: read before the keys.
};

struct ClientOptions {
  std::string base_url;  // "https://example.org/vss".  http only for loopback and .onion hosts ...
  bool allow_plain_http =
      false;  // ... unless this is set: credentials can then be read by anybody.
  std::string store_id = {};
  RetryPolicy retry = {};
  Duration call_time_max =
      std::chrono::seconds(120);  // Whole calls, every wait included; a day at most.
  Duration attempt_time_max = std::chrono::seconds(30);  // One request.
  std::size_t reply_bytes_max = std::size_t{64} << 20;
  // A listing of more is kCorrupt; page through it instead.  A key takes its length and 64 bytes.
  std::size_t list_bytes_max = std::size_t{1} << 30;
  std::size_t calls_max = 10'000;  // More at one time are kOverloaded.
  // Old servers do not say which version of the protocol they speak.
  bool allow_missing_protocol_version = false;
};

class Client final {
 public:
  // kInvalid if the options cannot be used.  The references outlive the client and every answer.
  static Result<std::unique_ptr<Client>> Make(ClientOptions options,
                                              std::shared_ptr<Credentials> credentials,
                                              Transport& transport, const Clock& clock,
                                              Entropy& entropy);
  // Calls that have not been sent are answered kUnavailable; others end with their attempt.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Nullopt only if the server said that there is no such key.
  void Get(std::string key, ThenAnswer<std::optional<StoredRecord>> then);

  void Put(Write write, ThenAnswer<WriteOutcome> then);
  void Commit(Transaction transaction, ThenAnswer<WriteOutcome> then);
  // Known: reads the version first if it is not known.  A key that is not there is removed.
  void Delete(Remove remove, ThenAnswer<WriteOutcome> then);

  // Every page.  `call_time_max` covers them all.
  void List(ListOptions options, ThenAnswer<Listing> then);
  // One page; `token` from the page before, empty for the first.
  void ListPage(ListOptions options, std::string token, ThenAnswer<Listing> then);

  // Stops the program on the transport's own thread: whoever waited there would wait for ever.
  void CheckMayWait() const;

 private:
  class Core;
  explicit Client(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace vss::client

#endif  // VSS_CLIENT_H_
