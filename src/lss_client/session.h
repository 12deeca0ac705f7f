// One client of one server of LSS, without I/O: it says what to send, and what a reply is worth.
//
//   PutCall put = session.Put({{"node/1", 4, "state"}});
//   ... send put.Request(), receive a reply ...
//   put.OnReply(reply)
//
// A reply that is not proved, or cannot be true for what is known, is kCorrupt: somebody between
// here and the server's disk lies.  What is stored then, nobody knows; do not go on with it.
#ifndef VSS_LSS_CLIENT_SESSION_H_
#define VSS_LSS_CLIENT_SESSION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/shared_key.h"
#include "base/entropy.h"
#include "base/failure.h"
#include "core/record.h"
#include "crypto/secp256k1.h"
#include "crypto/secret.h"
#include "lss_client/ledger.h"

namespace vss::lss_client {

// What became of a put.
struct PutOutcome {
  // A record that stands in the way, or version kAbsent if there is none with this key.  The server
  // does not prove it; sealed values prove themselves.
  std::vector<Record> conflicts;

  bool IsStored() const { return conflicts.empty(); }
};

class Session;

// Threads: one at a time, and none beside the session.
class PutCall final {
 public:
  const std::string& Request() const { return request_; }
  // kInDoubt if what stood in the way has been replaced meanwhile, so that the same put would
  // succeed now: read before writing again.
  Result<PutOutcome> OnReply(std::string_view reply);

 private:
  friend class Session;
  PutCall(Session& session, std::vector<Record> items);

  Session& session_;
  const std::vector<Record> items_;  // As stored.
  const Ledger known_;               // Of their keys, before the put.
  std::string request_;
};

// Likewise.
class GetCall final {
 public:
  const std::string& Request() const { return request_; }
  // Every record under the prefix, opened.
  Result<std::vector<Record>> OnReply(std::string_view reply);

 private:
  friend class Session;
  GetCall(Session& session, std::string prefix, Entropy& entropy);

  Session& session_;
  const std::string prefix_;
  const Ledger known_;  // Of what is under it, before the get.
  std::string nonce_;
  std::string request_;
};

// Threads: one at a time.  Calls must not outlive it; several may be under way, and be answered in
// any order: a reply has to show what was known when it was asked for.
class Session final {
 public:
  // For the server that is known by `server`, which must come from somewhere safe, or have been
  // kept from an earlier time: there is no other proof of who the server is.  With `value_secret`
  // values are sealed.  Nullopt if `server` is not a point of the curve.
  static std::optional<Session> Make(const crypto::SigningKey& client,
                                     const crypto::CompressedKey& server,
                                     std::optional<crypto::Secret<32>> value_secret,
                                     Ledger ledger = {});

  // Each item with its new version: 0 for a new key, else one more than it has.  kInvalid if a key
  // comes twice.
  Result<PutCall> Put(std::vector<Record> items);
  GetCall Get(std::string prefix, Entropy& entropy);

  const Ledger& ledger() const { return ledger_; }

 private:
  friend class PutCall;
  friend class GetCall;
  Session(std::string client_id, auth::SharedKey key,
          std::optional<crypto::Secret<32>> value_secret, Ledger ledger);
  Result<Done> Open(std::vector<Record>& records) const;

  std::string client_id_;
  auth::SharedKey key_;
  std::optional<crypto::Secret<32>> value_secret_;
  Ledger ledger_;
};

// The server's key in the reply to Info.  kInvalid if there is none.
Result<crypto::CompressedKey> ServerIdIn(std::string_view info_reply);

}  // namespace vss::lss_client

#endif  // VSS_LSS_CLIENT_SESSION_H_
