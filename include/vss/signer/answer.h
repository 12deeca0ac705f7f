// The bodies of VSS answers, read where they lie: every view points into the body.
//
// Keys, tokens and messages are UTF-8; a body in which one is not is malformed.  Fields that nobody
// knows are skipped.
//
// Format:   docs/formats/vss-protocol.md
// Threads:  any.
#ifndef VSS_SIGNER_ANSWER_H_
#define VSS_SIGNER_ANSWER_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "vss/bytes.h"
#include "vss/signer/request.h"
#include "vss/signer/status.h"

namespace vss::seal {

struct [[nodiscard]] GetAnswer {
  Status status;
  std::optional<Item> item;  // A server that obeys the protocol always sends one.
};
GetAnswer DecodeGet(ByteView body);

// Takes the keys of a page, in the order in which the server sent them.
struct ItemSink {
  void* context;
  void (*take)(void* context, const Item& item);
};
struct [[nodiscard]] ListAnswer {
  Status status;
  std::string_view next_page_token = {};  // Empty at the end.
  std::optional<std::int64_t> global_version = std::nullopt;
};
// With another status than kOk, some keys may have been taken.
ListAnswer DecodeList(ByteView body, const ItemSink& sink);

enum class ServerError : std::uint8_t {
  kUnknown = 0,  // And every code that this version does not know.
  kConflict = 1,
  kInvalidRequest = 2,
  kInternalServer = 3,
  kNoSuchKey = 4,
  kAuth = 5,
};
struct [[nodiscard]] ErrorAnswer {
  Status status;
  ServerError error = ServerError::kUnknown;
  std::string_view message = {};
};
ErrorAnswer DecodeError(ByteView body);

}  // namespace vss::seal

#endif  // VSS_SIGNER_ANSWER_H_
