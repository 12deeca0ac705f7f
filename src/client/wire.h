// The bodies of requests and replies as values of their own.
#ifndef VSS_CLIENT_WIRE_H_
#define VSS_CLIENT_WIRE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vss/client.h"

namespace vss::client {

// One key of a write.
struct Piece {
  std::string key;
  Version version = 0;  // The one it replaces, as the protocol says it: 0 absent, -1 any.
  std::optional<std::string> value;  // Nullopt: the key is removed.
  bool is_global_version = false;    // The version of the whole store; it has no value.
};

std::string EncodeGet(std::string_view store_id, std::string_view key);
std::string EncodePut(std::string_view store_id, const std::vector<Piece>& pieces);
std::string EncodeDelete(std::string_view store_id, const Piece& piece);
std::string EncodeList(std::string_view store_id, const ListOptions& options,
                       std::string_view token);

// Nullopt for what cannot be the reply to a get of `key`.
std::optional<StoredRecord> DecodeGet(std::string_view body, std::string_view key);
// Nullopt for what cannot be a page of keys under this prefix.
std::optional<Listing> DecodeList(std::string_view body, std::string_view prefix);

}  // namespace vss::client

#endif  // VSS_CLIENT_WIRE_H_
