// Writes a record, reads it back, and shows what a second device meets that writes without looking.
//
//   first_steps https://vss.example.org/vss
//
// The server must let everybody in (vss-server --no-auth); see wallet.cc for credentials.

#include <cstdio>
#include <string>

#include "vss/blocking_client.h"
#include "vss/clock.h"
#include "vss/curl.h"
#include "vss/entropy.h"

namespace {

using vss::client::BlockingClient;
using vss::client::Client;

int Fail(const char* what, const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", what, why.c_str());
  return 1;
}
int Fail(const char* what, const vss::client::Error& error) {
  return Fail(what, error.message + (error.detail.empty() ? "" : " (" + error.detail + ")"));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return Fail("usage", "first_steps URL");
  const vss::SystemClock clock;
  vss::SystemEntropy entropy;
  vss::client::CurlTransport transport;
  const vss::client::ClientOptions options{.base_url = arguments[1], .store_id = "first steps"};
  const auto credentials = vss::client::FixedCredentials();

  const auto phone = Client::Make(options, credentials, transport, clock, entropy);
  const auto laptop = Client::Make(options, credentials, transport, clock, entropy);
  if (!phone) return Fail("address", phone.error().message);
  if (!laptop) return Fail("address", laptop.error().message);
  BlockingClient on_phone(**phone);
  BlockingClient on_laptop(**laptop);

  const auto present = on_phone.Get("greeting");  // From now on the phone knows the version.
  if (!present) return Fail("get", present.error());
  const auto written = on_phone.Put({"greeting", "hello from the phone"});
  if (!written) return Fail("put", written.error());
  if (!written->IsCommitted()) return Fail("put", "somebody else was faster");
  std::printf("written, now at version %lld\n", static_cast<long long>(written->keys[0].version));

  // The laptop has never seen the record: it would overwrite what it does not know.
  const auto blind = on_laptop.Put({"greeting", "hello from the laptop"});
  if (!blind) return Fail("put", blind.error());
  if (blind->IsCommitted()) return Fail("put", "overwritten without looking");
  std::printf("a blind write is refused: the record is at version %lld\n",
              static_cast<long long>(blind->keys[0].version));

  const auto read = on_laptop.Get("greeting");
  if (!read) return Fail("get", read.error());
  if (!*read) return Fail("get", "the record is gone");
  std::printf("read: %s\n", (*read)->value.c_str());
  return (*read)->value == "hello from the phone" ? 0 : 1;
}
