// The four requests of VSS as values, and what is answered.  docs/formats/vss-protocol.md describes
// the protocol; codec.h turns bytes into these, rules.h says what they mean.
#ifndef VSS_VSS_API_REQUEST_H_
#define VSS_VSS_API_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/record.h"

namespace vss::vss_api {

enum class Operation : std::uint8_t { kGetObject, kPutObjects, kDeleteObject, kListKeyVersions };

// Version numbers with a meaning of their own in a request.
inline constexpr Version kUnconditional = -1;
inline constexpr Version kFirstWrite = 0;

struct Item {
  Key key;
  Version version = 0;
  std::string value;
};

struct GetRequest {
  std::string store_id;
  Key key;
};

struct PutRequest {
  std::string store_id;
  std::optional<Version> global_version;
  std::vector<Item> puts;
  std::vector<Item> deletes;  // Their values mean nothing.
};

struct DeleteRequest {
  std::string store_id;
  std::optional<Item> item;
};

struct ListRequest {
  std::string store_id;
  std::string key_prefix;
  std::optional<std::int32_t> page_size;
  std::optional<std::string> page_token;
};

struct ListResponse {
  struct KeyVersion {
    Key key;
    Version version = 0;
  };
  std::vector<KeyVersion> key_versions;
  std::string next_page_token;            // Empty at the end.
  std::optional<Version> global_version;  // On a first page.
};

enum class ErrorCode : std::uint8_t {
  kUnknown = 0,
  kConflict = 1,
  kInvalidRequest = 2,
  kInternalServer = 3,
  kNoSuchKey = 4,
  kAuth = 5,
};

}  // namespace vss::vss_api

#endif  // VSS_VSS_API_REQUEST_H_
