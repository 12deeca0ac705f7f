#include "apps/lss_cli/commands.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "apps/terminal/printable.h"
#include "auth/key_file.h"
#include "crypto/hex.h"
#include "crypto/sha256.h"
#include "lss_client/client.h"

namespace vss::apps {
namespace {

// The server that is known; nullopt if none is.
Result<std::optional<crypto::CompressedKey>> LoadServer(const Home& home) {
  std::ifstream file(home.ServerKey());
  if (!file && errno == ENOENT) return std::optional<crypto::CompressedKey>();
  if (!file) return Unavailable("cannot read " + home.ServerKey() + ": " + std::strerror(errno));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  crypto::CompressedKey key;
  if (!crypto::DecodeHex(text, crypto::HexCase::kAny, key)) {
    return Invalid(home.ServerKey() + " does not hold a public key: 66 hex digits are expected");
  }
  return std::optional(key);
}

// Under another name first, so that nobody ever finds half a key.
Result<Done> SaveServer(const Home& home, const crypto::CompressedKey& key) {
  const std::string path = home.ServerKey();
  const std::string draft = path + ".new";
  const std::string digits = crypto::EncodeHex(key);
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const bool is_written =
      file >= 0 &&
      ::write(file, digits.data(), digits.size()) == static_cast<ssize_t>(digits.size()) &&
      ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!is_written || ::rename(draft.c_str(), path.c_str()) != 0) {
    return Unavailable("cannot write " + path + ": " + std::strerror(errno));
  }
  return Done{};
}

void Print(const char* what, const Record& record) {
  std::printf("%s: %s, version: %lld value: %s\n", what, Printable(record.key).c_str(),
              static_cast<long long>(record.version),
              crypto::EncodeHex(BytesOf(record.value)).c_str());
}

Result<lss_client::Session> OpenSession(const Home& home, Entropy& entropy) {
  VSS_TRY(auto client, auth::LoadKeyFile(home.ClientKey(), entropy));
  VSS_TRY(const auto server, LoadServer(home));
  if (!client || !server) {
    return Invalid("not initialized - use the init command (" + home.folder + " has no " +
                   (client ? "server-pubkey" : "client-key") + ")");
  }
  const crypto::Digest value_secret = crypto::Sha256({client->secret.Bytes()});
  auto session = lss_client::Session::Make(client->key, *server, crypto::Secret<32>(value_secret));
  if (!session) return Invalid(home.ServerKey() + " holds no key of secp256k1");
  return *std::move(session);
}

}  // namespace

Result<Done> Ping(lss_client::Transport& transport) {
  VSS_TRY(const std::string answer, lss_client::Ping(transport, "hello"));
  std::printf("ping result: %s\n", answer.c_str());
  return Done{};
}

Result<Done> Init(const Home& home, lss_client::Transport& transport, IfServerDiffers if_differs) {
  SystemEntropy entropy;
  VSS_RETURN_IF_FAILED(auth::LoadOrMakeKeyFile(home.ClientKey(), entropy));
  VSS_TRY(const auto known, LoadServer(home));
  VSS_TRY(const auto server, lss_client::ServerId(transport));
  if (known && *known != server && if_differs == IfServerDiffers::kRefuse) {
    return Denied("this is not the server that is known: it says " + crypto::EncodeHex(server) +
                  ", known is " + crypto::EncodeHex(*known) +
                  ". If it was replaced on purpose, use init --accept-new-server");
  }
  return SaveServer(home, server);
}

Result<Done> Info(const Home& home) {
  SystemEntropy entropy;
  VSS_TRY(const auto client, auth::LoadKeyFile(home.ClientKey(), entropy));
  VSS_TRY(const auto server, LoadServer(home));
  if (client) {
    std::printf("public key: %s\n", crypto::EncodeHex(client->key.PublicKey()).c_str());
  } else {
    std::puts("not initialized");
  }
  if (server) {
    std::printf("server public key: %s\n", crypto::EncodeHex(*server).c_str());
  } else {
    std::puts("server public key not initialized");
  }
  return Done{};
}

Result<Done> Get(const Home& home, lss_client::Transport& transport, const std::string& prefix) {
  SystemEntropy entropy;
  VSS_TRY(lss_client::Session session, OpenSession(home, entropy));
  lss_client::Client client(std::move(session), transport, entropy);
  VSS_TRY(const std::vector<Record> records, client.Get(prefix));
  for (const Record& record : records) Print("key", record);
  return Done{};
}

Result<Done> Put(const Home& home, lss_client::Transport& transport, const std::string& key,
                 Version version, const std::string& value_hex) {
  std::string value(value_hex.size() / 2, '\0');
  if (!crypto::DecodeHex(value_hex, crypto::HexCase::kAny,
                         {reinterpret_cast<std::uint8_t*>(value.data()), value.size()})) {
    return Invalid("\"" + value_hex + "\" is not hex: two digits for each byte are expected");
  }
  SystemEntropy entropy;
  VSS_TRY(lss_client::Session session, OpenSession(home, entropy));
  lss_client::Client client(std::move(session), transport, entropy);
  VSS_TRY(const lss_client::PutOutcome outcome, client.Put({{key, version, std::move(value)}}));
  if (outcome.IsStored()) return Done{};
  for (const Record& conflict : outcome.conflicts) Print("conflict key", conflict);
  return Invalid("put conflict: nothing was written; the next version is " +
                 std::to_string(outcome.conflicts.front().version + 1));
}

}  // namespace vss::apps
