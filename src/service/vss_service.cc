#include "service/vss_service.h"

#include <utility>
#include <vector>

#include "service/commit_under_quota.h"
#include "vss_api/codec.h"

namespace vss::service {

using vss_api::Answer;
using vss_api::Operation;

Result<Caller> VssService::Admit(std::optional<std::string_view> authorization,
                                 std::string_view address) {
  VSS_RETURN_IF_FAILED(admission_.OnRequest(address));
  auto known = authorizer_.Recognize(authorization);
  if (!known) {
    VSS_RETURN_IF_FAILED(admission_.MayAuthenticate(address));
    auto identity = authorizer_.Identify(authorization);
    if (!identity) {
      admission_.OnAuthFailed(address);
      return Unexpected(std::move(identity).error());
    }
    known = *std::move(identity);
  }
  VSS_RETURN_IF_FAILED(admission_.MaySend(known->tenant, address));
  return Caller{std::move(known->tenant), std::string(address)};
}

void VssService::Serve(Operation operation, const Caller& caller, std::string body,
                       Then<Answer> then) {
  if (auto admitted = admission_.OnBody(caller.tenant, caller.address, body.size()); !admitted) {
    return then(Unexpected(std::move(admitted).error()));
  }
  switch (operation) {
    case Operation::kGetObject:
      return Get(caller, body, Counted(caller, std::move(then)));
    case Operation::kPutObjects:
      return Put(caller, std::move(body), std::move(then));
    case Operation::kDeleteObject:
      return Delete(caller, body, std::move(then));
    case Operation::kListKeyVersions:
      return List(caller, body, Counted(caller, std::move(then)));
  }
}

// What is fetched costs as much as what is sent, and its size is known only now.
Then<Answer> VssService::Counted(const Caller& caller, Then<Answer> then) {
  return [this, caller, then = std::move(then)](Result<Answer> answer) mutable {
    if (answer) {
      const std::size_t bytes = answer->body.size() + answer->tail.size();
      admission_.OnAnswer(caller.tenant, caller.address, bytes);
    }
    then(std::move(answer));
  };
}

void VssService::Get(const Caller& caller, const std::string& body, Then<Answer> then) {
  auto request = vss_api::DecodeGetRequest(body);
  if (!request) return then(Unexpected(std::move(request).error()));
  Space space{caller.tenant, request->store_id};
  auto keys = vss_api::LowerGet(space, *request);
  if (!keys) return then(Unexpected(std::move(keys).error()));

  const bool is_global_version = request->key == vss_api::kGlobalVersionKey;
  store_.Get(
      std::move(space), *std::move(keys), NewDeadline(),
      [is_global_version, then = std::move(then)](Result<std::vector<Record>> found) mutable {
        if (!found) return then(Unexpected(std::move(found).error()));
        if (found->empty() && !is_global_version) return then(vss_api::NoSuchKey());
        // A store whose global version was never set is at 0.
        Record record = found->empty() ? Record{Key(vss_api::kGlobalVersionKey), 0, {}}
                                       : std::move(found->front());
        auto [head, value] = vss_api::EncodeGetResponse(std::move(record));
        then(Answer{200, std::move(head), std::move(value)});
      });
}

void VssService::Put(const Caller& caller, std::string body, Then<Answer> then) {
  auto request = vss_api::DecodePutRequest(body);
  if (!request) return then(Unexpected(std::move(request).error()));
  std::string().swap(body);  // Decoding copied the values; two copies of a large one are enough.
  Space space{caller.tenant, request->store_id};
  auto batch = vss_api::LowerPut(space, *std::move(request), options_.limits);
  if (!batch) return then(Unexpected(std::move(batch).error()));
  if (batch->changes.empty()) return then(Answer{});
  batch->allowance = options_.allowance;
  CommitUnderQuota(store_, admission_, observer_, caller.address, std::move(space),
                   *std::move(batch), NewDeadline(),
                   [then = std::move(then)](Result<CommitOutcome> outcome) mutable {
                     if (!outcome) return then(Unexpected(std::move(outcome).error()));
                     then(vss_api::AnswerTo(*outcome));
                   });
}

void VssService::Delete(const Caller& caller, const std::string& body, Then<Answer> then) {
  auto request = vss_api::DecodeDeleteRequest(body);
  if (!request) return then(Unexpected(std::move(request).error()));
  Space space{caller.tenant, request->store_id};
  auto batch = vss_api::LowerDelete(space, *std::move(request));
  if (!batch) return then(Unexpected(std::move(batch).error()));

  // Deleting is idempotent: a key that is not there, or not at that version, is no error.
  store_.Commit(std::move(space), *std::move(batch), NewDeadline(),
                [then = std::move(then)](Result<CommitOutcome> outcome) mutable {
                  if (!outcome) return then(Unexpected(std::move(outcome).error()));
                  then(Answer{});
                });
}

void VssService::List(const Caller& caller, const std::string& body, Then<Answer> then) {
  auto request = vss_api::DecodeListRequest(body);
  if (!request) return then(Unexpected(std::move(request).error()));
  Space space{caller.tenant, request->store_id};
  auto query = vss_api::LowerList(space, *request);
  if (!query) return then(Unexpected(std::move(query).error()));
  // A page of nothing that is not the first has nothing to read.
  if (query->limit == 0 && !query->read_apart) {
    return then(Answer{200, vss_api::EncodeListResponse(vss_api::Raise(*query, {}))});
  }
  store_.List(
      std::move(space), *query, NewDeadline(),
      [query = *query, then = std::move(then)](Result<Page> page) mutable {
        if (!page) return then(Unexpected(std::move(page).error()));
        then(Answer{200, vss_api::EncodeListResponse(vss_api::Raise(query, *std::move(page)))});
      });
}

}  // namespace vss::service
