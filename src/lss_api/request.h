// The calls of LSS as values.  docs/formats/lss-protocol.md describes the protocol; codec.h turns
// bytes into these, rules.h says what they mean, receipt.h proves them.
#ifndef VSS_LSS_API_REQUEST_H_
#define VSS_LSS_API_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/record.h"

namespace vss::lss_api {

enum class Operation : std::uint8_t { kPing, kInfo, kPut, kGet };

// What `InfoReply::version` says; deployed clients do not look at it.
inline constexpr std::string_view kProtocolVersion = "0.1";

// The version, in a conflict, of a key that is not there.
inline constexpr Version kAbsent = -1;

// What deployed clients are ready to receive, and a deployed server too.
inline constexpr std::size_t kUsualMessageBytesMax = std::size_t{4} << 20;

struct Ping {
  std::string message;
};

struct InfoReply {
  std::string version;
  std::string server_id;
};

struct Auth {
  std::string client_id;
  std::string token;
};

struct PutRequest {
  std::optional<Auth> auth;
  std::vector<Record> items;
  std::string hmac;
};

struct PutReply {
  bool success = false;
  std::string hmac;
  std::vector<Record> conflicts;
};

struct GetRequest {
  std::optional<Auth> auth;
  std::string key_prefix;
  std::string nonce;
};

struct GetReply {
  std::vector<Record> items;
  std::string hmac;
};

}  // namespace vss::lss_api

#endif  // VSS_LSS_API_REQUEST_H_
