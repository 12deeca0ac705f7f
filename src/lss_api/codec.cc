#include "lss_api/codec.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "wire/protobuf.h"

namespace vss::lss_api {

using wire::AppendBytes;
using wire::AppendHead;
using wire::AppendInteger;
using wire::WireReader;

namespace {

// What is too much is not made: an empty item has two bytes here and a hundred in memory.
Unexpected<Failure> TooMany(std::size_t items_max, const char* where) {
  return Invalid("more than " + std::to_string(items_max) + " items in one " + where);
}

Unexpected<Failure> NotAMessage() { return Invalid("not a message of this call"); }

// What is empty is not written.
void Append(std::string& bytes, std::uint32_t number, std::string_view text) {
  if (!text.empty()) AppendBytes(bytes, number, text);
}

// Auth{1: client_id, 2: token}
void Append(std::string& bytes, std::uint32_t number, const std::optional<Auth>& auth) {
  if (!auth) return;
  std::string inner;
  Append(inner, 1, auth->client_id);
  Append(inner, 2, auth->token);
  AppendBytes(bytes, number, inner);
}

bool Read(std::optional<WireReader> fields, std::optional<Auth>& auth) {
  if (!fields) return true;
  std::string_view client_id;
  std::string_view token;
  while (fields->Next()) {
    fields->ReadBytes(1, client_id);
    fields->ReadBytes(2, token);
  }
  if (!auth) auth.emplace();  // What comes twice is merged.
  if (client_id.data() != nullptr) auth->client_id = client_id;
  if (token.data() != nullptr) auth->token = token;
  return !fields->IsBroken();
}

// KeyValue{1: key, 2: version, 3: value}
void Append(std::string& bytes, std::uint32_t number, const std::vector<Record>& items) {
  std::string inner;
  for (const auto& [key, version, value] : items) {
    inner.clear();
    Append(inner, 1, key);
    if (version != 0) AppendInteger(inner, 2, version);
    if (!value.empty()) AppendHead(inner, 3, value.size());
    AppendHead(bytes, number, inner.size() + value.size());
    bytes += inner;
    bytes += value;
  }
}

bool Read(std::optional<WireReader> fields, std::vector<Record>& items) {
  if (!fields) return true;
  std::string_view key;
  std::int64_t version = 0;
  std::string_view value;
  while (fields->Next()) {
    fields->ReadText(1, key);
    fields->ReadInteger(2, version);
    fields->ReadBytes(3, value);
  }
  items.push_back({Key(key), version, std::string(value)});
  return !fields->IsBroken();
}

std::size_t SizeOf(const std::vector<Record>& items) {
  constexpr std::size_t kAroundOne = 32;
  std::size_t size = 256;
  for (const Record& item : items) size += kAroundOne + item.key.size() + item.value.size();
  return size;
}

}  // namespace

std::string Encode(const Ping& ping) {
  std::string bytes;
  Append(bytes, 1, ping.message);
  return bytes;
}

std::string Encode(const InfoReply& reply) {
  std::string bytes;
  Append(bytes, 1, reply.version);
  Append(bytes, 2, reply.server_id);
  return bytes;
}

std::string Encode(const PutRequest& request) {
  std::string bytes;
  bytes.reserve(SizeOf(request.items));
  Append(bytes, 1, request.auth);
  Append(bytes, 2, request.items);
  Append(bytes, 3, request.hmac);
  return bytes;
}

std::string Encode(const PutReply& reply) {
  std::string bytes;
  bytes.reserve(SizeOf(reply.conflicts));
  if (reply.success) AppendInteger(bytes, 1, 1);
  Append(bytes, 2, reply.hmac);
  Append(bytes, 10, reply.conflicts);
  return bytes;
}

std::string Encode(const GetRequest& request) {
  std::string bytes;
  Append(bytes, 1, request.auth);
  Append(bytes, 2, request.key_prefix);
  Append(bytes, 3, request.nonce);
  return bytes;
}

std::string Encode(const GetReply& reply) {
  std::string bytes;
  bytes.reserve(SizeOf(reply.items));
  Append(bytes, 1, reply.items);
  Append(bytes, 2, reply.hmac);
  return bytes;
}

Result<Ping> DecodePing(std::string_view bytes) {
  Ping ping;
  WireReader fields(bytes);
  while (fields.Next()) fields.ReadText(1, ping.message);
  if (fields.IsBroken()) return NotAMessage();
  return ping;
}

Result<InfoReply> DecodeInfoReply(std::string_view bytes) {
  InfoReply reply;
  std::string_view server_id;
  WireReader fields(bytes);
  while (fields.Next()) {
    fields.ReadText(1, reply.version);
    fields.ReadBytes(2, server_id);
  }
  if (fields.IsBroken()) return NotAMessage();
  reply.server_id = server_id;
  return reply;
}

Result<PutRequest> DecodePutRequest(std::string_view bytes) {
  PutRequest request;
  std::string_view hmac;
  WireReader fields(bytes);
  while (fields.Next()) {
    if (!Read(fields.Message(1), request.auth)) return NotAMessage();
    if (!Read(fields.Message(2), request.items)) return NotAMessage();
    if (request.items.size() > kItemsMax) return TooMany(kItemsMax, "put");
    fields.ReadBytes(3, hmac);
  }
  if (fields.IsBroken()) return NotAMessage();
  request.hmac = hmac;
  return request;
}

Result<PutReply> DecodePutReply(std::string_view bytes) {
  PutReply reply;
  std::int64_t success = 0;
  std::string_view hmac;
  WireReader fields(bytes);
  while (fields.Next()) {
    fields.ReadInteger(1, success);
    fields.ReadBytes(2, hmac);
    if (!Read(fields.Message(10), reply.conflicts)) return NotAMessage();
    if (reply.conflicts.size() > kReplyItemsMax) return TooMany(kReplyItemsMax, "reply");
  }
  if (fields.IsBroken()) return NotAMessage();
  reply.success = success != 0;
  reply.hmac = hmac;
  return reply;
}

Result<GetRequest> DecodeGetRequest(std::string_view bytes) {
  GetRequest request;
  std::string_view nonce;
  WireReader fields(bytes);
  while (fields.Next()) {
    if (!Read(fields.Message(1), request.auth)) return NotAMessage();
    fields.ReadText(2, request.key_prefix);
    fields.ReadBytes(3, nonce);
  }
  if (fields.IsBroken()) return NotAMessage();
  request.nonce = nonce;
  return request;
}

Result<GetReply> DecodeGetReply(std::string_view bytes) {
  GetReply reply;
  std::string_view hmac;
  WireReader fields(bytes);
  while (fields.Next()) {
    if (!Read(fields.Message(1), reply.items)) return NotAMessage();
    if (reply.items.size() > kReplyItemsMax) return TooMany(kReplyItemsMax, "reply");
    fields.ReadBytes(2, hmac);
  }
  if (fields.IsBroken()) return NotAMessage();
  reply.hmac = hmac;
  return reply;
}

}  // namespace vss::lss_api
