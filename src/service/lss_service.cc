#include "service/lss_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "lss_api/codec.h"
#include "lss_api/receipt.h"
#include "service/commit_under_quota.h"

namespace vss::service {

using lss_api::Answer;
using lss_api::Operation;

namespace {

constexpr std::size_t kPingBytesMax = 4096;

}  // namespace

Result<LssCall> LssService::Admit(Operation operation, std::string_view address,
                                  std::string_view body) {
  VSS_RETURN_IF_FAILED(admission_.OnRequest(address));
  switch (operation) {
    case Operation::kPing: {
      if (body.size() > kPingBytesMax) return Invalid("a ping is at most 4096 bytes long");
      VSS_TRY(lss_api::Ping ping, lss_api::DecodePing(body));
      return LssCall{{"", std::string(address)}, nullptr, std::move(ping)};
    }
    case Operation::kInfo:
      return LssCall{{"", std::string(address)}, nullptr, LssCall::Info{}};
    case Operation::kPut: {
      VSS_TRY(lss_api::PutRequest request, lss_api::DecodePutRequest(body));
      if (request.auth) VSS_RETURN_IF_FAILED(lss_api::CheckOrder(request.items));
      return AdmitClient(std::move(request), address, body.size());
    }
    case Operation::kGet: {
      VSS_TRY(lss_api::GetRequest request, lss_api::DecodeGetRequest(body));
      return AdmitClient(std::move(request), address, body.size());
    }
  }
  return Invalid("no such call");
}

template <typename Request>
Result<LssCall> LssService::AdmitClient(Request request, std::string_view address,
                                        std::size_t bytes) {
  VSS_TRY(auto client, Identify(request.auth, address));
  Caller caller{lss_api::SpaceOf(client.id).tenant, std::string(address)};
  VSS_RETURN_IF_FAILED(admission_.OnBody(caller.tenant, address, bytes));
  return LssCall{std::move(caller), std::move(client.key), std::move(request)};
}

Result<auth::SharedKeyVerifier::Client> LssService::Identify(
    const std::optional<lss_api::Auth>& auth, std::string_view address) {
  if (!auth) return Invalid("missing auth");
  if (auto known = verifier_.Recognize(auth->client_id, auth->token)) return *std::move(known);
  VSS_RETURN_IF_FAILED(admission_.MayAuthenticate(address));
  auto client = verifier_.Identify(auth->client_id, auth->token);
  if (!client) admission_.OnAuthFailed(address);
  return client;
}

void LssService::Serve(LssCall call, Deadline deadline, Then<Answer> then) {
  deadline.at = std::min(deadline.at, clock_.Steady() + options_.request_timeout);
  if (const auto* const ping = std::get_if<lss_api::Ping>(&call.request)) {
    return then(Encoded(*ping, 200));
  }
  if (std::holds_alternative<LssCall::Info>(call.request)) {
    return then(Encoded(lss_api::InfoReply{std::string(lss_api::kProtocolVersion),
                                           std::string(TextOf(verifier_.ServerId()))},
                        200));
  }
  Then<Answer> counted = Counted(call.caller, std::move(then));
  if (auto* const put = std::get_if<lss_api::PutRequest>(&call.request)) {
    return Put(call, std::move(*put), deadline, std::move(counted));
  }
  Get(call, std::get<lss_api::GetRequest>(std::move(call.request)), deadline, std::move(counted));
}

// What is fetched costs as much as what is sent, and its size is known only now.
Then<Answer> LssService::Counted(const Caller& caller, Then<Answer> then) {
  return [this, caller, then = std::move(then)](Result<Answer> answer) mutable {
    if (answer) admission_.OnAnswer(caller.tenant, caller.address, answer->body.size());
    then(std::move(answer));
  };
}

// The obstacles of a put, and those records that stand in its way which have been read so far.
struct LssService::ConflictRead {
  Space space;
  Deadline deadline;
  Then<Answer> then;
  std::vector<Obstacle> obstacles;
  std::size_t next = 0;
  std::size_t bytes = 0;
  std::vector<Record> present = {};
};

void LssService::Put(const LssCall& call, lss_api::PutRequest request, Deadline deadline,
                     Then<Answer> then) {
  if (!lss_api::IsSameHmac(request.hmac,
                           lss_api::PutRequestHmac(call.key->secret, request.items))) {
    return then(Invalid("invalid client HMAC"));
  }
  lss_api::PutReply success{true, lss_api::PutReplyHmac(call.key->secret, request.items), {}};
  Space space{call.caller.tenant, ""};
  auto batch = lss_api::LowerPut(space, std::move(request.items), options_.limits);
  if (!batch) return then(Unexpected(std::move(batch).error()));
  if (batch->changes.empty()) return then(Encoded(success, 200));
  batch->allowance = options_.allowance;
  CommitUnderQuota(
      store_, admission_, observer_, call.caller.address, space, *std::move(batch), deadline,
      [this, space, deadline, success = std::move(success),
       then = std::move(then)](Result<CommitOutcome> outcome) mutable {
        if (!outcome) return then(Unexpected(std::move(outcome).error()));
        switch (outcome->kind) {
          case CommitOutcome::Kind::kCommitted:
            return then(Encoded(success, 200));
          case CommitOutcome::Kind::kOverQuota:
            return then(lss_api::AnswerTo(outcome->exceeded));
          case CommitOutcome::Kind::kConflict:
            ReadConflicts(std::make_unique<ConflictRead>(ConflictRead{
                std::move(space), deadline, std::move(then), std::move(outcome->obstacles)}));
        }
      });
}

// A few keys at a time: a put of ten thousand keys must not load ten thousand large values before
// it is known that they do not fit a reply.
void LssService::ReadConflicts(std::unique_ptr<ConflictRead> read) {
  constexpr std::size_t kKeysAtOnce = 16;
  std::vector<Key> keys;
  for (; read->next < read->obstacles.size() && keys.size() < kKeysAtOnce; ++read->next) {
    const Obstacle& obstacle = read->obstacles[read->next];
    if (obstacle.present) keys.push_back(obstacle.key);
  }
  if (keys.empty()) {
    lss_api::PutReply reply;
    reply.conflicts = lss_api::Raise(read->obstacles, std::move(read->present));
    return read->then(Encoded(reply, 409));
  }
  const Space space = read->space;
  const Deadline deadline = read->deadline;
  store_.Get(space, std::move(keys), deadline,
             [this, read = std::move(read)](Result<std::vector<Record>> found) mutable {
               if (!found) return read->then(Unexpected(std::move(found).error()));
               for (Record& record : *found) {
                 read->bytes += record.key.size() + record.value.size();
                 read->present.push_back(std::move(record));
               }
               if (read->bytes > options_.reply_bytes_max) {
                 return read->then(lss_api::ReplyTooLarge(options_.reply_bytes_max));
               }
               ReadConflicts(std::move(read));
             });
}

void LssService::Get(const LssCall& call, lss_api::GetRequest request, Deadline deadline,
                     Then<Answer> then) {
  auto query = lss_api::LowerGet(request, options_.limits, options_.reply_bytes_max);
  if (!query) return then(Unexpected(std::move(query).error()));
  store_.Scan({call.caller.tenant, ""}, *std::move(query), deadline,
              [this, key = call.key, nonce = std::move(request.nonce),
               then = std::move(then)](Result<ScanResult> scan) mutable {
                if (!scan) return then(Unexpected(std::move(scan).error()));
                if (!scan->is_complete) {
                  return then(lss_api::ReplyTooLarge(options_.reply_bytes_max));
                }
                lss_api::GetReply reply{std::move(scan->records), ""};
                reply.hmac = lss_api::GetReplyHmac(key->secret, nonce, reply.items);
                then(Encoded(reply, 200));
              });
}

Answer LssService::Encoded(const auto& reply, int http_status) const {
  Answer answer{lss_api::Code::kOk, http_status, "", lss_api::Encode(reply)};
  if (answer.body.size() > options_.reply_bytes_max) {
    return lss_api::ReplyTooLarge(options_.reply_bytes_max);
  }
  return answer;
}

}  // namespace vss::service
