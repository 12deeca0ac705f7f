// Proof that the caller knows a secret that it shares with the server: the product of one's private
// and the other's public key (LSS).  There is no list of clients; whoever has a key is one.
//
// The proof, the token, is the same for ever and covers no request: who sees it can read as that
// client.  It belongs inside TLS.  Writing takes proofs under the secret itself
// (lss_api/receipt.h), which holders of the token can have made for small puts: docs/security.md.
#ifndef VSS_AUTH_SHARED_KEY_H_
#define VSS_AUTH_SHARED_KEY_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/entropy.h"
#include "base/failure.h"
#include "base/guarded.h"
#include "base/keyed_hash.h"
#include "crypto/secp256k1.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

namespace vss::auth {

struct SharedKey {
  crypto::Secret<32> secret;
  crypto::Digest token;  // SHA-256 of it.
};

// What the holders of the two keys have in common; either side computes it.  Nullopt if `theirs` is
// not a point of the curve.
std::optional<SharedKey> MakeSharedKey(const crypto::SigningKey& ours,
                                       const crypto::CompressedKey& theirs);

// The server's side.  A client that has proved itself is remembered, so that its next call costs no
// public-key operation.  Keys are free: who makes many of them pushes others out, who then pay for
// one such operation more.
//
// Threads:  every method, any thread.
// Sizes:    some 300 bytes for each client remembered.
class SharedKeyVerifier final {
 public:
  struct Client {
    crypto::CompressedKey id;
    std::shared_ptr<const SharedKey> key;
  };

  SharedKeyVerifier(crypto::SigningKey server, std::size_t clients_max, Entropy& entropy);

  const crypto::CompressedKey& ServerId() const { return server_.PublicKey(); }

  // Who has `id` and `token`, at the cost of a public-key operation; remembered from now on.
  // kDenied if `id` is not a compressed key, kInvalid if the token is not the one that goes with
  // it: deployed servers tell the two apart like that.
  Result<Client> Identify(std::string_view id, std::string_view token);

  // The same if it is remembered.  Nullopt says nothing at all.
  std::optional<Client> Recognize(std::string_view id, std::string_view token) const;

 private:
  // Under the hash of the id.  Of two ids with the same hash only one is remembered.
  struct Remembered {
    std::unordered_map<std::uint64_t, Client> clients;
    std::deque<std::uint64_t> hashes;  // The oldest first.
  };

  void Remember(const Client& client);

  const crypto::SigningKey server_;
  const std::size_t clients_max_;
  const KeyedHash hash_;
  Guarded<Remembered> remembered_;
};

}  // namespace vss::auth

#endif  // VSS_AUTH_SHARED_KEY_H_
