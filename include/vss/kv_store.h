// Records by (primary namespace, secondary namespace, key), as LDK's KVStore has them, sealed and
// stored the way LDK Node does: what LDK Node wrote is read here, and the reverse.
//
// A store that LDK Node 0.4 to 0.6 began has the layout V0, every newer one V1; Open finds out, and
// makes an empty store V1.  A wallet whose records were written by one layout is never read by
// the other.
//
// A write that would replace what this process has not seen is a conflict: two devices on one
// wallet do not overwrite each other unnoticed.  LDK Node itself writes unconditionally, and starts
// versions anew; where a node writes to the store at the same time, name Versions::kUnconditional.
//
// Order:     the writes and removes of one record are applied in the order of the calls.
// Threads:   every method, any thread; `then` as in vss/client.h.
// Failures:  as in vss/client.h.  kInvalid, without a request, for names that LDK does not allow.
//            kCorrupt for a value that does not open: changed, moved, or another wallet's.
// Source:    docs/formats/sealed-values.md.
#ifndef VSS_KV_STORE_H_
#define VSS_KV_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vss/client.h"
#include "vss/client_error.h"
#include "vss/entropy.h"
#include "vss/ldk_node.h"

namespace vss::client {

struct KvStoreOptions {
  enum class Versions {
    kTracked,        // A write that would replace what this process has not seen is a conflict.
    kUnconditional,  // As LDK Node: a delayed write can undo a later one.
  };
  Versions versions = Versions::kTracked;
  enum class OnEmpty {
    kCreate,  // Writes the schema marker, as LDK Node does.
    kRefuse,  // kInvalid.  For whoever only wants to look.
  };
  OnEmpty on_empty = OnEmpty::kCreate;
  // Whether the store may have the layout V0, which shows namespaces to the server and does not
  // bind values to their keys.  A server that hides the marker of a store can make it look like one
  // of V0; whoever knows that it began with V1 has that refused, as kCorrupt.
  bool allow_old_layout = true;
};

struct NamedRecord {
  seal::RecordName name;
  Version version = 0;
  std::string storage_key;
};

struct RecordListing {
  std::vector<NamedRecord> records;  // Newest created first.
  // Storage keys that are no record of this store: written with another key, or by something else.
  std::vector<std::string> foreign_keys;
  std::string next_page_token;  // Empty at the end.
};

class KvStore final {
 public:
  // Reads the schema marker, or writes it.  `client` and `entropy` outlive the store and every
  // answer; `entropy` must be the operating system's.
  static void Open(Client& client, seal::StoreKeys keys, Entropy& entropy, KvStoreOptions options,
                   ThenAnswer<std::shared_ptr<KvStore>> then);
  ~KvStore();
  KvStore(const KvStore&) = delete;
  KvStore& operator=(const KvStore&) = delete;

  seal::LdkNodeSchema Schema() const;

  // Nullopt only if there is no such record.
  void Read(const seal::RecordName& name, ThenAnswer<std::optional<std::string>> then);
  void Write(const seal::RecordName& name, const std::string& value, ThenAnswer<WriteOutcome> then);
  // A record that is not there is removed.
  void Remove(const seal::RecordName& name, ThenAnswer<WriteOutcome> then);

  // Every record of exactly this namespace; LDK's `list`.
  void List(const std::string& primary, const std::string& secondary,
            ThenAnswer<RecordListing> then);
  // Up to 50 of them; `token` from the page before, empty for the first.  kInvalid if the server
  // does not know the token.  A page may be empty and still have a next one.
  void ListPage(const std::string& primary, const std::string& secondary, const std::string& token,
                ThenAnswer<RecordListing> then);
  // Every record of the store.  The schema marker is none.
  void ListAll(ThenAnswer<RecordListing> then);

 private:
  struct Core;
  explicit KvStore(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace vss::client

#endif  // VSS_KV_STORE_H_
