#include "server/admin_handler.h"

#include <string>
#include <utility>
#include <vector>

#include "core/batch.h"
#include "core/tenant.h"

namespace vss::server {
namespace {

constexpr std::chrono::seconds kReadyTimeout(5);

Response Text(int status, std::string text) {
  Response response;
  response.status = status;
  response.headers.emplace_back("content-type", "text/plain; charset=utf-8");
  response.body = std::move(text);
  return response;
}

Response NotReady(const Failure& failure) {
  return Text(503, "not ready: " + failure.message + "\n");
}

}  // namespace

Expected<Accepted, Response> AdminHandler::OnHead(const RequestHead& head) {
  if (head.Method() != "GET" && head.Method() != "HEAD") {
    Response response = Text(405, "GET only\n");
    response.headers.emplace_back("allow", "GET, HEAD");
    return Unexpected(std::move(response));
  }
  if (local_only_ && !local_only_->Admits(head)) return Unexpected(Text(403, "local only\n"));
  if (head.Path() == "/health") return Unexpected(Text(200, "ok\n"));
  if (head.Path() == "/metrics") {
    Response response;
    response.headers.emplace_back("content-type", "text/plain; version=0.0.4");
    response.body = metrics_.Text();
    return Unexpected(std::move(response));
  }
  if (head.Path() == "/ready") {
    Accepted accepted;
    accepted.serve = [this](const std::string&, Then<Response> then) {
      CheckStore(std::move(then));
    };
    return accepted;
  }
  return Unexpected(Text(404, "/metrics, /health or /ready\n"));
}

// One record of its own is overwritten and read back.
void AdminHandler::CheckStore(Then<Response> then) {
  const Space space{std::string(kInternalTenantPrefix) + "ready", ""};
  const Deadline deadline{clock_.Steady() + kReadyTimeout};
  Batch batch;
  batch.changes.push_back(Change::Write("probe", Guard::Anything(), 1, "ready"));
  store_.Commit(space, std::move(batch), deadline,
                [this, space, deadline,
                 then = std::move(then)](const Result<CommitOutcome>& outcome) mutable {
                  if (!outcome) return then(NotReady(outcome.error()));
                  store_.Get(space, {"probe"}, deadline,
                             [then = std::move(then)](Result<std::vector<Record>> found) mutable {
                               if (!found) return then(NotReady(found.error()));
                               if (found->empty() || found->front().value != "ready") {
                                 return then(Text(503, "not ready: the store forgets\n"));
                               }
                               then(Text(200, "ready\n"));
                             });
                });
}

Response AdminHandler::OnRefusal(Refusal refusal) {
  switch (refusal) {
    case Refusal::kOverloaded:
    case Refusal::kTooManyConnections:
      return Text(503, "busy\n");
    case Refusal::kBodyTooLarge:
      return Text(413, "no body is expected\n");
    default:
      return Text(400, "bad request\n");
  }
}

Response AdminHandler::OnFailure(const Failure& failure) { return NotReady(failure); }

}  // namespace vss::server
