#include "server/lss/lss_handler.h"

#include <chrono>
#include <utility>

#include "server/log/tenant_digest.h"

namespace vss::server {

using lss_api::Answer;
using lss_api::Operation;

namespace {

constexpr int kReplyTooLarge = 413;

std::string_view NameOf(Operation operation) {
  switch (operation) {
    case Operation::kPing:
      return "lssPing";
    case Operation::kInfo:
      return "lssInfo";
    case Operation::kPut:
      return "lssPut";
    case Operation::kGet:
      return "lssGet";
  }
  return "none";
}

}  // namespace

void LssHandler::OnCall(Operation operation, std::string_view address, std::string_view body,
                        Deadline deadline, Then<CallReply> then) {
  const SteadyTime began = clock_.Steady();
  const auto household = IpAddress::Parse(address).value_or(IpAddress());
  auto lease = std::make_shared<ByteLease>(budget_->AccountOf(household));
  Result<service::LssCall> call = Overloaded("the server is busy");
  if (lease->TrySet(body.size())) call = service_.Admit(operation, address, body);
  if (!call) {
    return then(CallReply{Finish(operation, "", began, Unexpected(std::move(call).error()))});
  }
  const std::string tenant = call->caller.tenant;
  service_.Serve(
      *std::move(call), deadline,
      [this, operation, tenant, began, lease = std::move(lease),
       then = std::move(then)](Result<Answer> answer) mutable {
        if (answer && !lease->TrySet(answer->body.size())) {
          answer = Overloaded("the server is busy");
        }
        then(CallReply{Finish(operation, tenant, began, std::move(answer)), std::move(lease)});
      });
}

Answer LssHandler::Finish(Operation operation, const std::string& tenant, SteadyTime began,
                          Result<Answer> result) {
  const Failure* const failure = result ? nullptr : &result.error();
  Answer answer = failure != nullptr ? lss_api::AnswerTo(*failure) : *std::move(result);
  const auto took = clock_.Steady() - began;
  observer_.OnRequest(NameOf(operation), answer.http_status, took);

  // Whom a reply is too large for cannot even start again.
  const bool is_trouble = answer.http_status >= 500 || answer.http_status == kReplyTooLarge;
  const LogLevel level = is_trouble ? LogLevel::kWarn : LogLevel::kTrace;
  if (!log_.IsOn(level)) return answer;
  std::uint64_t left_out = 0;
  if (is_trouble) {  // While a database is away any client could fill the disk.
    const auto permitted = rare_lines_.Permit(std::string(NameOf(operation)) + ' ' +
                                              std::to_string(answer.http_status));
    if (!permitted) return answer;
    left_out = *permitted;
  }
  log_.Write(level, "request",
             {{"operation", NameOf(operation)},
              {"status", answer.http_status},
              {"micros", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
              {"tenant", tenant.empty() ? "" : TenantDigest(tenant)},
              {"failure", failure != nullptr ? vss::NameOf(failure->kind) : ""},
              {"detail", failure != nullptr ? failure->detail : ""},
              {"left_out", left_out}});
  return answer;
}

}  // namespace vss::server
