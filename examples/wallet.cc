// A wallet's state under its recovery words, where LDK Node finds it too: written on one device,
// recovered on another that has nothing but the words.
//
//   wallet https://vss.example.org/vss FILE-WITH-THE-WORDS

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "vss/blocking_client.h"
#include "vss/clock.h"
#include "vss/curl.h"
#include "vss/entropy.h"
#include "vss/kv_store.h"
#include "vss/ldk_node.h"

namespace {

using vss::client::Await;
using vss::client::KvStore;
using vss::client::RecordListing;
using vss::client::WriteOutcome;

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
  Device(const std::string& url, const std::string& words)
      : keys_(OrExit(vss::seal::DeriveLdkNodeKeys(OrExit(vss::seal::SeedFromMnemonic(words, ""))))),
        client_(
            OrExit(vss::client::Client::Make({.base_url = url, .store_id = "wallet"},
                                             OrExit(vss::client::SignatureCredentials(
                                                 std::move(keys_.signing_key), clock_, entropy_)),
                                             transport_, clock_, entropy_))),
        store_(OrExit(Await<std::shared_ptr<KvStore>>([&](auto then) {
          KvStore::Open(*client_, std::move(keys_.store), entropy_, {}, std::move(then));
        }))) {}

  KvStore& store() { return *store_; }

 private:
  const vss::SystemClock clock_;
  vss::SystemEntropy entropy_;
  vss::client::CurlTransport transport_;
  vss::seal::LdkNodeKeys keys_;
  std::unique_ptr<vss::client::Client> client_;
  std::shared_ptr<KvStore> store_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  std::ifstream file(arguments[2]);
  const std::string words{std::istreambuf_iterator<char>(file), {}};
  const vss::seal::RecordName name{"payments", "", "first"};

  {
    Device phone(arguments[1], words);
    OrExit(Await<WriteOutcome>(
        [&](auto then) { phone.store().Write(name, "21 sat", std::move(then)); }));
    std::puts("the phone has written a payment, and is lost");
  }

  Device laptop(arguments[1], words);
  const RecordListing payments = OrExit(Await<RecordListing>(
      [&](auto then) { laptop.store().List("payments", "", std::move(then)); }));
  for (const auto& record : payments.records) {
    const auto value = OrExit(Await<std::optional<std::string>>(
        [&](auto then) { laptop.store().Read(record.name, std::move(then)); }));
    std::printf("the laptop found payments/%s: %s\n", record.name.key.c_str(),
                value.value_or("nothing").c_str());
  }
  return payments.records.size() == 1 && payments.foreign_keys.empty() ? 0 : 1;
}
