// A wallet's state under its recovery words, where LDK Node finds it too: written on one device,
// recovered on another that has nothing but the words.
//
//   wallet https://vss.example.org/vss FILE-WITH-THE-WORDS

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "vss/blocking_kv_store.h"
#include "vss/clock.h"
#include "vss/curl.h"
#include "vss/entropy.h"
#include "vss/ldk_node.h"
#include "vss/wallet_seed.h"

namespace {

using vss::client::BlockingKvStore;

// A failure of any step ends the program.
template <typename T, typename E>
T OrExit(vss::Expected<T, E> result) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "failed: %s (%s)\n", result.error().message.c_str(),
               result.error().detail.c_str());
  std::exit(1);
}

// Everything a device needs.
class Device {
 public:
  Device(const std::string& url, const std::string& words_file)
      : keys_(OrExit(
            vss::seal::DeriveLdkNodeKeys(OrExit(vss::seal::SeedFromMnemonicFile(words_file, ""))))),
        client_(
            OrExit(vss::client::Client::Make({.base_url = url, .store_id = "wallet"},
                                             OrExit(vss::client::SignatureCredentials(
                                                 std::move(keys_.signing_key), clock_, entropy_)),
                                             transport_, clock_, entropy_))),
        store_(OrExit(BlockingKvStore::Open(*client_, std::move(keys_.store), entropy_))) {}

  BlockingKvStore& store() { return store_; }

 private:
  const vss::SystemClock clock_{};
  vss::SystemEntropy entropy_;
  vss::client::CurlTransport transport_;
  vss::seal::LdkNodeKeys keys_;
  std::unique_ptr<vss::client::Client> client_;
  BlockingKvStore store_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fputs("usage: wallet URL FILE-WITH-THE-WORDS\n", stderr);
    return 2;
  }
  const vss::seal::RecordName name{"payments", "", "first"};

  {
    Device phone(arguments[1], arguments[2]);
    // A conflict is an answer, not an error: another device wrote what this one has not seen.
    if (!OrExit(phone.store().Write(name, "21 sat")).IsCommitted()) {
      std::fputs("this wallet has a payment already: read it, then decide\n", stderr);
      return 1;
    }
    std::puts("the phone has written a payment, and is lost");
  }

  Device laptop(arguments[1], arguments[2]);
  const auto payments = OrExit(laptop.store().List("payments", ""));
  for (const auto& record : payments.records) {
    const auto value = OrExit(laptop.store().Read(record.name));
    std::printf("the laptop found payments/%s: %s\n", record.name.key.c_str(),
                value.value_or("nothing").c_str());
  }
  return payments.records.size() == 1 && payments.foreign_keys.empty() ? 0 : 1;
}
