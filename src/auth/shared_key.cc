#include "auth/shared_key.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace vss::auth {
namespace {

bool IsToken(const SharedKey& key, std::string_view token) {
  return crypto::IsEqualInConstantTime(BytesOf(token), key.token);
}

std::optional<crypto::CompressedKey> ParseId(std::string_view id) {
  crypto::CompressedKey key;
  if (id.size() != key.size()) return std::nullopt;
  std::ranges::copy(BytesOf(id), key.begin());
  return key;
}

}  // namespace

std::optional<SharedKey> MakeSharedKey(const crypto::SigningKey& ours,
                                       const crypto::CompressedKey& theirs) {
  auto secret = ours.SharedSecretWith(theirs);
  if (!secret) return std::nullopt;
  const crypto::Digest token = crypto::Sha256({secret->Bytes()});
  return SharedKey{*std::move(secret), token};
}

SharedKeyVerifier::SharedKeyVerifier(crypto::SigningKey server, std::size_t clients_max,
                                     Entropy& entropy)
    : server_(std::move(server)), clients_max_(clients_max), hash_(entropy) {}

Result<SharedKeyVerifier::Client> SharedKeyVerifier::Identify(std::string_view id,
                                                              std::string_view token) {
  const auto parsed = ParseId(id);
  if (!parsed) return Denied("invalid client id");
  auto key = MakeSharedKey(server_, *parsed);
  if (!key) return Denied("invalid client id");
  if (!IsToken(*key, token)) return Invalid("invalid auth token");
  Client client{*parsed, std::make_shared<const SharedKey>(*std::move(key))};
  Remember(client);
  return client;
}

std::optional<SharedKeyVerifier::Client> SharedKeyVerifier::Recognize(
    std::string_view id, std::string_view token) const {
  auto client = remembered_.With([&](const Remembered& remembered) -> std::optional<Client> {
    const auto found = remembered.clients.find(hash_(id));
    if (found == remembered.clients.end() || TextOf(found->second.id) != id) return std::nullopt;
    return found->second;
  });
  if (!client || !IsToken(*client->key, token)) return std::nullopt;
  return client;
}

void SharedKeyVerifier::Remember(const Client& client) {
  if (clients_max_ == 0) return;
  remembered_.With([&](Remembered& remembered) {
    const std::uint64_t hash = hash_(TextOf(client.id));
    if (!remembered.clients.emplace(hash, client).second) return;
    remembered.hashes.push_back(hash);
    if (remembered.hashes.size() <= clients_max_) return;
    remembered.clients.erase(remembered.hashes.front());
    remembered.hashes.pop_front();
  });
}

}  // namespace vss::auth
