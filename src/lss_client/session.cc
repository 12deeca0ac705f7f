#include "lss_client/session.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "lss_api/codec.h"
#include "lss_api/receipt.h"
#include "lss_api/rules.h"
#include "lss_client/sealed_value.h"

namespace vss::lss_client {
namespace {

bool IsBefore(const Record& a, const Record& b) { return a.key < b.key; }
bool HasSameKey(const Record& a, const Record& b) { return a.key == b.key; }

Unexpected<Failure> NotAReply(const Failure& why) { return Corrupt("the reply: " + why.message); }

Unexpected<Failure> NotProved() {
  return Corrupt("the reply is not proved by the server that this client knows");
}

// What `conflict` is about, of `items`, which are sorted; or nullptr.
const Record* Find(const Record& conflict, const std::vector<Record>& items) {
  const auto item = std::lower_bound(items.begin(), items.end(), conflict, IsBefore);
  return item == items.end() || item->key != conflict.key ? nullptr : &*item;
}

bool IsInTheWay(const Record& conflict, const Record& item) {
  return item.version < 0 || conflict.version != item.version - 1;
}

std::string NewNonce(Entropy& entropy) {
  std::string nonce(lss_api::kNonceBytes, '\0');
  do {
    entropy.Fill({reinterpret_cast<std::uint8_t*>(nonce.data()), nonce.size()});
  } while (lss_api::IsUnsafeNonce(nonce));
  return nonce;
}

}  // namespace

std::optional<Session> Session::Make(const crypto::SigningKey& client,
                                     const crypto::CompressedKey& server,
                                     std::optional<crypto::Secret<32>> value_secret,
                                     Ledger ledger) {
  auto key = auth::MakeSharedKey(client, server);
  if (!key) return std::nullopt;
  return Session(std::string(TextOf(client.PublicKey())), *std::move(key), std::move(value_secret),
                 std::move(ledger));
}

Session::Session(std::string client_id, auth::SharedKey key,
                 std::optional<crypto::Secret<32>> value_secret, Ledger ledger)
    : client_id_(std::move(client_id)),
      key_(std::move(key)),
      value_secret_(std::move(value_secret)),
      ledger_(std::move(ledger)) {}

Result<PutCall> Session::Put(std::vector<Record> items) {
  std::sort(items.begin(), items.end(), IsBefore);
  if (std::adjacent_find(items.begin(), items.end(), HasSameKey) != items.end()) {
    return Invalid("a key appears twice in one put");
  }
  if (value_secret_) {
    for (auto& [key, version, value] : items)
      value = SealValue(*value_secret_, key, version, value);
  }
  return PutCall(*this, std::move(items));
}

GetCall Session::Get(std::string prefix, Entropy& entropy) {
  return {*this, std::move(prefix), entropy};
}

Result<Done> Session::Open(std::vector<Record>& records) const {
  if (!value_secret_) return Done{};
  for (auto& [key, version, value] : records) {
    if (version == lss_api::kAbsent) continue;
    VSS_TRY(value, OpenValue(*value_secret_, key, version, value));
  }
  return Done{};
}

PutCall::PutCall(Session& session, std::vector<Record> items)
    : session_(session),
      items_(std::move(items)),
      known_(session.ledger_.Of(items_)),
      request_(lss_api::Encode(lss_api::PutRequest{
          lss_api::Auth{session.client_id_, std::string(TextOf(session.key_.token))}, items_,
          lss_api::PutRequestHmac(session.key_.secret, items_)})) {}

Result<PutOutcome> PutCall::OnReply(std::string_view bytes) {
  auto decoded = lss_api::DecodePutReply(bytes);
  if (!decoded) return NotAReply(decoded.error());
  lss_api::PutReply& reply = *decoded;
  if (reply.success) {
    if (!lss_api::IsSameHmac(reply.hmac, lss_api::PutReplyHmac(session_.key_.secret, items_))) {
      return NotProved();
    }
    session_.ledger_.Learn(items_);
    return PutOutcome{};
  }
  if (reply.conflicts.empty()) return Corrupt("a refusal without a conflict");
  bool is_in_the_way = true;
  for (const Record& conflict : reply.conflicts) {
    const Record* const item = Find(conflict, items_);
    if (item == nullptr || conflict.version < lss_api::kAbsent) {
      return Corrupt("a conflict that is none: " + conflict.key);
    }
    VSS_RETURN_IF_FAILED(known_.CheckOne(conflict.key, conflict.version));
    is_in_the_way = is_in_the_way && IsInTheWay(conflict, *item);
  }
  VSS_RETURN_IF_FAILED(session_.Open(reply.conflicts));
  if (!is_in_the_way) {
    return Unexpected(Failure{Kind::kInDoubt, "what stood in the way has been replaced meanwhile"});
  }
  return PutOutcome{std::move(reply.conflicts)};
}

GetCall::GetCall(Session& session, std::string prefix, Entropy& entropy)
    : session_(session),
      prefix_(std::move(prefix)),
      known_(session.ledger_.Under(prefix_)),
      nonce_(NewNonce(entropy)),
      request_(lss_api::Encode(lss_api::GetRequest{
          lss_api::Auth{session.client_id_, std::string(TextOf(session.key_.token))}, prefix_,
          nonce_})) {}

Result<std::vector<Record>> GetCall::OnReply(std::string_view bytes) {
  auto decoded = lss_api::DecodeGetReply(bytes);
  if (!decoded) return NotAReply(decoded.error());
  lss_api::GetReply& reply = *decoded;
  if (!lss_api::IsSameHmac(reply.hmac,
                           lss_api::GetReplyHmac(session_.key_.secret, nonce_, reply.items))) {
    return NotProved();
  }
  VSS_RETURN_IF_FAILED(known_.CheckAll(prefix_, reply.items));
  VSS_RETURN_IF_FAILED(session_.Open(reply.items));
  session_.ledger_.Learn(reply.items);
  return std::move(reply.items);
}

Result<crypto::CompressedKey> ServerIdIn(std::string_view info_reply) {
  VSS_TRY(const lss_api::InfoReply reply, lss_api::DecodeInfoReply(info_reply));
  crypto::CompressedKey id;
  if (reply.server_id.size() != id.size()) return Invalid("the server has no valid key");
  std::ranges::copy(BytesOf(reply.server_id), id.begin());
  return id;
}

}  // namespace vss::lss_client
