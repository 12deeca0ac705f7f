#include "lss_client/client.h"

#include <utility>

#include "lss_api/codec.h"

namespace vss::lss_client {

using lss_api::Operation;

namespace {

Result<std::string> Call(Transport& transport, Operation operation, const std::string& request) {
  TransportReply reply = transport.Call(operation, request);
  if (reply.code != lss_api::Code::kOk) return Unexpected(FailureOf(operation, reply));
  return std::move(reply.body);
}

}  // namespace

Result<std::string> Ping(Transport& transport, std::string message) {
  VSS_TRY(const std::string reply,
          Call(transport, Operation::kPing, lss_api::Encode(lss_api::Ping{std::move(message)})));
  VSS_TRY(lss_api::Ping ping, lss_api::DecodePing(reply));
  return std::move(ping.message);
}

Result<crypto::CompressedKey> ServerId(Transport& transport) {
  VSS_TRY(const std::string reply, Call(transport, Operation::kInfo, ""));
  return ServerIdIn(reply);
}

Result<PutOutcome> Client::Put(std::vector<Record> items) {
  VSS_TRY(PutCall put, session_.Put(std::move(items)));
  VSS_TRY(const std::string reply, Call(transport_, Operation::kPut, put.Request()));
  return put.OnReply(reply);
}

Result<std::vector<Record>> Client::Get(std::string prefix) {
  GetCall get = session_.Get(std::move(prefix), entropy_);
  VSS_TRY(const std::string reply, Call(transport_, Operation::kGet, get.Request()));
  return get.OnReply(reply);
}

}  // namespace vss::lss_client
