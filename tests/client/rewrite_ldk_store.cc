// Rewrites the store of an LDK Node through our key-value facade: every record is listed, read, and
// written again into another store, from which the node must be able to start.
//
//   rewrite_ldk_store URL none|signature FROM TO
//
// The wallet's seed and the key it signs with are in the environment, in hex: WALLET_SEED,
// WALLET_SECRET.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "base/entropy.h"
#include "crypto/hex.h"
#include "vss/blocking_kv_store.h"
#include "vss/curl.h"

namespace {

using vss::client::BlockingKvStore;
using vss::client::Client;
using vss::client::KvStoreOptions;
using vss::client::RecordListing;

template <typename T, typename E>
T OrExit(vss::Expected<T, E> result) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "failed: %s (%s)\n", result.error().message.c_str(),
               result.error().detail.c_str());
  std::exit(1);
}

template <std::size_t N>
vss::Secret<N> FromEnvironment(const char* name) {
  vss::Secret<N> secret;
  const char* const text = std::getenv(name);
  if (text == nullptr ||
      !vss::crypto::DecodeHex(text, vss::crypto::HexCase::kAny, secret.Writable())) {
    std::fprintf(stderr, "%s is not set to %zu bytes in hex\n", name, N);
    std::exit(2);
  }
  return secret;
}

class Place {
 public:
  Place(const std::string& url, const std::string& scheme, const std::string& store_id,
        KvStoreOptions::OnEmpty on_empty)
      : client_(OrExit(Client::Make({.base_url = url, .store_id = store_id}, Credentials(scheme),
                                    transport_, clock_, entropy_))),
        store_(OrExit(BlockingKvStore::Open(
            *client_,
            OrExit(vss::seal::DeriveLdkNodeKeys(FromEnvironment<64>("WALLET_SEED"))).store,
            entropy_, {.on_empty = on_empty}))) {}

  BlockingKvStore& store() { return store_; }

 private:
  std::shared_ptr<vss::client::Credentials> Credentials(const std::string& scheme) {
    if (scheme == "none") return vss::client::FixedCredentials();
    return OrExit(
        vss::client::SignatureCredentials(FromEnvironment<32>("WALLET_SECRET"), clock_, entropy_));
  }

  const vss::SystemClock clock_{};
  vss::SystemEntropy entropy_;
  vss::client::CurlTransport transport_;
  std::unique_ptr<Client> client_;
  BlockingKvStore store_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 2;
  Place from(arguments[1], arguments[2], arguments[3], KvStoreOptions::OnEmpty::kRefuse);
  Place to(arguments[1], arguments[2], arguments[4], KvStoreOptions::OnEmpty::kCreate);
  RecordListing all = OrExit(from.store().ListAll());
  if (!all.foreign_keys.empty() || all.records.empty()) {
    std::fprintf(stderr, "%zu records, %zu foreign keys\n", all.records.size(),
                 all.foreign_keys.size());
    return 1;
  }
  // The oldest first, so that the order of the new store is that of the old one.
  std::ranges::reverse(all.records);
  for (const auto& record : all.records) {
    const auto value = OrExit(from.store().Read(record.name));
    if (!value || !OrExit(to.store().Write(record.name, *value)).IsCommitted()) return 1;
  }
  std::printf("note: rewrote %zu records\n", all.records.size());
  return 0;
}
