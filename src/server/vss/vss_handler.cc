#include "server/vss/vss_handler.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "crypto/hex.h"
#include "server/log/tenant_digest.h"
#include "vss_api/answer.h"

namespace vss::server {

using vss_api::Answer;
using vss_api::AnswerTo;
using vss_api::ErrorAnswer;
using vss_api::ErrorCode;
using vss_api::Operation;

struct VssHandler::Route {
  std::string_view path;
  std::string_view name;
  Operation operation;
  bool is_read;
};

namespace {

constexpr std::uint64_t kNamesBytesMax = 64 << 10;

Response ToResponse(Answer answer) {
  Response response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  response.tail = std::move(answer.tail);
  if (answer.retry_after) {
    response.headers.emplace_back("retry-after", std::to_string(answer.retry_after->count()));
  }
  return response;
}

Response PublicMetrics() {
  Response response;
  response.headers.emplace_back("content-type", "text/plain; version=0.0.4");
  response.body =
      "# HELP vss_service_up Whether the process answers requests.\n"
      "# TYPE vss_service_up gauge\n"
      "vss_service_up 1\n";
  return response;
}

Answer AnswerToRefusal(Refusal refusal) {
  switch (refusal) {
    case Refusal::kMalformed:
      return ErrorAnswer(400, ErrorCode::kInvalidRequest, "Malformed HTTP request");
    case Refusal::kHeadTooLarge:
      return ErrorAnswer(431, ErrorCode::kInvalidRequest, "Request headers too large");
    case Refusal::kTargetTooLong:
      return ErrorAnswer(414, ErrorCode::kInvalidRequest, "Request target too long");
    case Refusal::kBodyTooLarge:
      return ErrorAnswer(413, ErrorCode::kInvalidRequest, "Request body too large");
    case Refusal::kHeadTimeout:
    case Refusal::kBodyTimeout:
      return ErrorAnswer(408, ErrorCode::kInternalServer, "The request took too long to arrive");
    case Refusal::kOverloaded:
    case Refusal::kTooManyConnections:
      break;
  }
  return AnswerTo(Overloaded("The server is busy").error());
}

}  // namespace

const VssHandler::Route* VssHandler::FindRoute(std::string_view path) {
  static constexpr std::array<Route, 4> kRoutes = {{
      {"/vss/getObject", "getObject", Operation::kGetObject, true},
      {"/vss/putObjects", "putObjects", Operation::kPutObjects, false},
      {"/vss/deleteObject", "deleteObject", Operation::kDeleteObject, false},
      {"/vss/listKeyVersions", "listKeyVersions", Operation::kListKeyVersions, true},
  }};
  for (const Route& route : kRoutes) {
    if (route.path == path) return &route;
  }
  return nullptr;
}

Expected<Accepted, Response> VssHandler::OnHead(const RequestHead& head) {
  const SteadyTime began = clock_.Steady();
  if (head.Path() == "/metrics") return Unexpected(PublicMetrics());

  const Route* const route = FindRoute(head.Path());
  if (route == nullptr) {
    return Unexpected(Finish("none", nullptr, began, Invalid("Invalid request path.")));
  }
  if (head.Method() != "POST") {
    Response response =
        Finish(route->name, nullptr, began,
               ErrorAnswer(405, ErrorCode::kInvalidRequest, "Only POST is allowed here"));
    response.headers.emplace_back("allow", "POST");
    return Unexpected(std::move(response));
  }
  if (local_only_ && !local_only_->Admits(head)) {
    return Unexpected(Finish(route->name, nullptr, began,
                             ErrorAnswer(403, ErrorCode::kInvalidRequest,
                                         "Without authentication web pages are not served")));
  }
  auto caller = service_.Admit(head.Header("authorization"), head.ClientAddress());
  if (!caller) {
    return Unexpected(Finish(route->name, nullptr, began, Unexpected(std::move(caller).error())));
  }
  return Accept(*route, *std::move(caller));
}

Accepted VssHandler::Accept(const Route& route, service::Caller caller) {
  Accepted accepted;
  accepted.is_read = route.is_read;
  // Names are all that the others need.
  accepted.body_bytes_max = route.operation == Operation::kPutObjects
                                ? body_bytes_max_
                                : std::min(body_bytes_max_, kNamesBytesMax);
  accepted.serve = [this, &route, caller = std::move(caller)](std::string body,
                                                              Then<Response> then) {
    const SteadyTime began = clock_.Steady();
    service_.Serve(
        route.operation, caller, std::move(body),
        [this, &route, caller, began, then = std::move(then)](Result<Answer> answer) mutable {
          then(Finish(route.name, &caller, began, std::move(answer)));
        });
  };
  return accepted;
}

Response VssHandler::Finish(std::string_view operation, const service::Caller* caller,
                            SteadyTime began, Result<Answer> result) {
  Answer answer = result ? std::move(*result) : AnswerTo(result.error());
  const auto took = clock_.Steady() - began;
  const int status = answer.status;
  observer_.OnRequest(operation, status, took);

  // A refused request has a name that a user can report and an operator can find.
  Response response = ToResponse(std::move(answer));
  const LogLevel level = status >= 500 ? LogLevel::kWarn : LogLevel::kTrace;
  if (status < 400 && !log_.IsOn(level)) return response;
  const std::string id = NewRequestId();
  if (status >= 400) response.headers.emplace_back("x-request-id", id);

  if (!log_.IsOn(level)) return response;
  std::uint64_t left_out = 0;
  if (status >= 500) {  // While a database is away any client could fill the disk.
    const auto permitted =
        rare_lines_.Permit(std::string(operation) + ' ' + std::to_string(status));
    if (!permitted) return response;
    left_out = *permitted;
  }
  log_.Write(level, "request",
             {{"request", id},
              {"operation", operation},
              {"status", status},
              {"micros", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
              {"tenant", caller == nullptr ? "" : TenantDigest(caller->tenant)},
              {"failure", result ? "" : NameOf(result.error().kind)},
              {"detail", result ? "" : result.error().detail},
              {"left_out", left_out}});
  return response;
}

std::string VssHandler::NewRequestId() {
  const std::uint64_t number = last_request_.fetch_add(1, std::memory_order_relaxed);
  const std::uint64_t id = hash_({reinterpret_cast<const char*>(&number), sizeof number});
  return crypto::EncodeHex({reinterpret_cast<const std::uint8_t*>(&id), sizeof id});
}

Response VssHandler::OnRefusal(Refusal refusal) {
  Response response = ToResponse(AnswerToRefusal(refusal));
  response.headers.emplace_back("x-request-id", NewRequestId());
  observer_.OnRequest("none", response.status, {});
  return response;
}

Response VssHandler::OnFailure(const Failure& failure) { return ToResponse(AnswerTo(failure)); }

}  // namespace vss::server
