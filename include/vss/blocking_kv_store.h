// LDK's key-value store for programs that would rather wait.
//
// Not to be called from inside a `then`, see vss/blocking_client.h.
#ifndef VSS_BLOCKING_KV_STORE_H_
#define VSS_BLOCKING_KV_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "vss/blocking_client.h"
#include "vss/kv_store.h"

namespace vss::client {

// Each method is that of KvStore with the same name.
//
// Threads: every method, any thread.
class BlockingKvStore final {
 public:
  using Value = std::optional<std::string>;

  // `client` and `entropy` outlive the store.
  static Answer<BlockingKvStore> Open(Client& client, seal::StoreKeys keys, Entropy& entropy,
                                      KvStoreOptions options = {}) {
    auto store = Await<std::shared_ptr<KvStore>>(client, [&](auto then) {
      KvStore::Open(client, std::move(keys), entropy, options, std::move(then));
    });
    if (!store) return Unexpected(std::move(store).error());
    return BlockingKvStore(client, *std::move(store));
  }

  seal::LdkNodeSchema Schema() const { return store_->Schema(); }

  Answer<Value> Read(const seal::RecordName& name) {
    return Await<Value>(*client_, [&](auto then) { store_->Read(name, std::move(then)); });
  }
  Answer<WriteOutcome> Write(const seal::RecordName& name, const std::string& value) {
    return Await<WriteOutcome>(*client_,
                               [&](auto then) { store_->Write(name, value, std::move(then)); });
  }
  Answer<WriteOutcome> Remove(const seal::RecordName& name) {
    return Await<WriteOutcome>(*client_, [&](auto then) { store_->Remove(name, std::move(then)); });
  }
  Answer<RecordListing> List(const std::string& primary, const std::string& secondary) {
    return Await<RecordListing>(
        *client_, [&](auto then) { store_->List(primary, secondary, std::move(then)); });
  }
  Answer<RecordListing> ListPage(const std::string& primary, const std::string& secondary,
                                 const std::string& token) {
    return Await<RecordListing>(
        *client_, [&](auto then) { store_->ListPage(primary, secondary, token, std::move(then)); });
  }
  Answer<RecordListing> ListAll() {
    return Await<RecordListing>(*client_, [&](auto then) { store_->ListAll(std::move(then)); });
  }

 private:
  BlockingKvStore(Client& client, std::shared_ptr<KvStore> store)
      : client_(&client), store_(std::move(store)) {}

  Client* client_;
  std::shared_ptr<KvStore> store_;
};

}  // namespace vss::client

#endif  // VSS_BLOCKING_KV_STORE_H_
