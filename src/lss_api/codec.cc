#include "lss_api/codec.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "lss.pb.h"

namespace vss::lss_api {
namespace {

using google::protobuf::RepeatedPtrField;
using google::protobuf::internal::WireFormatLite;

// The library prints a line to standard error for every string that is not UTF-8, which any caller
// could cause; the failure says it already.
[[maybe_unused]] auto* const kFormerLogHandler = google::protobuf::SetLogHandler(nullptr);

template <typename Message>
Result<Message> Parse(std::string_view bytes) {
  Message message;
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Invalid("not a message of this call");
  }
  return message;
}

// Whether a put has more items than could be accepted, found without making them: an empty item is
// two bytes on the wire and a hundred in memory.
bool HasTooManyItems(std::string_view bytes) {
  constexpr std::size_t kFieldsMax = kItemsMax + 10;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  std::size_t fields = 0;
  while (const std::uint32_t tag = in.ReadTag()) {
    if (++fields > kFieldsMax) return true;
    if (!WireFormatLite::SkipField(&in, tag)) return false;  // Parsing says what is wrong.
  }
  return false;
}

std::vector<Record> TakeItems(RepeatedPtrField<::lss::KeyValue>& items) {
  std::vector<Record> taken;
  taken.reserve(static_cast<std::size_t>(items.size()));
  for (::lss::KeyValue& item : items) {
    taken.push_back(
        {std::move(*item.mutable_key()), item.version(), std::move(*item.mutable_value())});
  }
  return taken;
}

void PutItems(const std::vector<Record>& records, RepeatedPtrField<::lss::KeyValue>& items) {
  items.Reserve(static_cast<int>(records.size()));
  for (const auto& [key, version, value] : records) {
    ::lss::KeyValue& item = *items.Add();
    item.set_key(key);
    item.set_version(version);
    item.set_value(value);
  }
}

template <typename Message>
std::optional<Auth> TakeAuth(Message& message) {
  if (!message.has_auth()) return std::nullopt;
  ::lss::Auth& auth = *message.mutable_auth();
  return Auth{std::move(*auth.mutable_client_id()), std::move(*auth.mutable_token())};
}

template <typename Message>
void PutAuth(const std::optional<Auth>& auth, Message& message) {
  if (!auth) return;
  message.mutable_auth()->set_client_id(auth->client_id);
  message.mutable_auth()->set_token(auth->token);
}

}  // namespace

std::string Encode(const Ping& ping) {
  ::lss::PingRequest message;
  message.set_message(ping.message);
  return message.SerializeAsString();
}

std::string Encode(const InfoReply& reply) {
  ::lss::InfoReply message;
  message.set_version(reply.version);
  message.set_server_id(reply.server_id);
  return message.SerializeAsString();
}

std::string Encode(const PutRequest& request) {
  ::lss::PutRequest message;
  PutAuth(request.auth, message);
  PutItems(request.items, *message.mutable_kvs());
  message.set_hmac(request.hmac);
  return message.SerializeAsString();
}

std::string Encode(const PutReply& reply) {
  ::lss::PutReply message;
  message.set_success(reply.success);
  message.set_hmac(reply.hmac);
  PutItems(reply.conflicts, *message.mutable_conflicts());
  return message.SerializeAsString();
}

std::string Encode(const GetRequest& request) {
  ::lss::GetRequest message;
  PutAuth(request.auth, message);
  message.set_key_prefix(request.key_prefix);
  message.set_nonce(request.nonce);
  return message.SerializeAsString();
}

std::string Encode(const GetReply& reply) {
  ::lss::GetReply message;
  PutItems(reply.items, *message.mutable_kvs());
  message.set_hmac(reply.hmac);
  return message.SerializeAsString();
}

Result<Ping> DecodePing(std::string_view bytes) {
  VSS_TRY(auto message, Parse<::lss::PingRequest>(bytes));
  return Ping{std::move(*message.mutable_message())};
}

Result<InfoReply> DecodeInfoReply(std::string_view bytes) {
  VSS_TRY(auto message, Parse<::lss::InfoReply>(bytes));
  return InfoReply{std::move(*message.mutable_version()), std::move(*message.mutable_server_id())};
}

Result<PutRequest> DecodePutRequest(std::string_view bytes) {
  if (bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()) &&
      HasTooManyItems(bytes)) {
    return Invalid("more than " + std::to_string(kItemsMax) + " items in one put");
  }
  VSS_TRY(auto message, Parse<::lss::PutRequest>(bytes));
  return PutRequest{TakeAuth(message), TakeItems(*message.mutable_kvs()),
                    std::move(*message.mutable_hmac())};
}

Result<PutReply> DecodePutReply(std::string_view bytes) {
  VSS_TRY(auto message, Parse<::lss::PutReply>(bytes));
  return PutReply{message.success(), std::move(*message.mutable_hmac()),
                  TakeItems(*message.mutable_conflicts())};
}

Result<GetRequest> DecodeGetRequest(std::string_view bytes) {
  VSS_TRY(auto message, Parse<::lss::GetRequest>(bytes));
  return GetRequest{TakeAuth(message), std::move(*message.mutable_key_prefix()),
                    std::move(*message.mutable_nonce())};
}

Result<GetReply> DecodeGetReply(std::string_view bytes) {
  VSS_TRY(auto message, Parse<::lss::GetReply>(bytes));
  return GetReply{TakeItems(*message.mutable_kvs()), std::move(*message.mutable_hmac())};
}

}  // namespace vss::lss_api
