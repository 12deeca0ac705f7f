// What our decoder and libprotobuf's make of a request, as text that can be compared: both read the
// same, or both refuse.
//
// They differ, as docs/formats/vss-protocol.md wants it, on varints that no encoder writes: longer
// than needed beyond five bytes, or with bits that do not fit.
#ifndef VSS_TESTS_SUPPORT_TWO_DECODERS_H_
#define VSS_TESTS_SUPPORT_TWO_DECODERS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vss.pb.h"
#include "vss_api/codec.h"

namespace vss::testing {

inline std::string Show(std::string_view text) { return "'" + std::string(text) + "'"; }
template <typename Number>
std::string Show(const std::optional<Number>& number) {
  return number ? std::to_string(*number) : "none";
}
inline std::string ShowItem(std::string_view key, std::int64_t version, std::string_view value) {
  return "(" + Show(key) + Show(std::optional(version)) + Show(value) + ")";
}

inline std::string OursOf(vss_api::Operation operation, std::string_view bytes) {
  switch (operation) {
    case vss_api::Operation::kGetObject: {
      const auto request = vss_api::DecodeGetRequest(bytes);
      return request ? Show(request->store_id) + Show(request->key) : "refused";
    }
    case vss_api::Operation::kPutObjects: {
      const auto request = vss_api::DecodePutRequest(bytes);
      if (!request) return "refused";
      std::string shown = Show(request->store_id) + Show(request->global_version);
      for (const vss_api::Item& item : request->puts)
        shown += ShowItem(item.key, item.version, item.value);
      shown += " deletes ";
      for (const vss_api::Item& item : request->deletes)
        shown += ShowItem(item.key, item.version, "");
      return shown;
    }
    case vss_api::Operation::kDeleteObject: {
      const auto request = vss_api::DecodeDeleteRequest(bytes);
      if (!request) return "refused";
      const auto& item = request->item;
      return Show(request->store_id) + (item ? ShowItem(item->key, item->version, "") : "none");
    }
    case vss_api::Operation::kListKeyVersions:
      break;
  }
  const auto request = vss_api::DecodeListRequest(bytes);
  if (!request) return "refused";
  return Show(request->store_id) + Show(request->key_prefix) + Show(request->page_size) +
         (request->page_token ? Show(*request->page_token) : "none");
}

inline std::string TheirsOf(vss_api::Operation operation, const std::string& bytes) {
  switch (operation) {
    case vss_api::Operation::kGetObject: {
      GetObjectRequest request;
      if (!request.ParseFromString(bytes)) return "refused";
      return Show(request.store_id()) + Show(request.key());
    }
    case vss_api::Operation::kPutObjects: {
      PutObjectRequest request;
      if (!request.ParseFromString(bytes)) return "refused";
      std::optional<std::int64_t> global;
      if (request.has_global_version()) global = request.global_version();
      std::string shown = Show(request.store_id()) + Show(global);
      for (const KeyValue& item : request.transaction_items()) {
        shown += ShowItem(item.key(), item.version(), item.value());
      }
      shown += " deletes ";
      for (const KeyValue& item : request.delete_items()) {
        shown += ShowItem(item.key(), item.version(), "");
      }
      return shown;
    }
    case vss_api::Operation::kDeleteObject: {
      DeleteObjectRequest request;
      if (!request.ParseFromString(bytes)) return "refused";
      const KeyValue& item = request.key_value();
      return Show(request.store_id()) +
             (request.has_key_value() ? ShowItem(item.key(), item.version(), "") : "none");
    }
    case vss_api::Operation::kListKeyVersions:
      break;
  }
  ListKeyVersionsRequest request;
  if (!request.ParseFromString(bytes)) return "refused";
  std::optional<std::int32_t> page_size;
  if (request.has_page_size()) page_size = request.page_size();
  return Show(request.store_id()) + Show(request.key_prefix()) + Show(page_size) +
         (request.has_page_token() ? Show(request.page_token()) : "none");
}

// Whether some varint may be one of those that are read differently on purpose.  That of -1, ten
// bytes, is not.
inline bool HasOddVarint(std::string_view bytes) {
  std::size_t run = 0;
  for (const char c : bytes) {
    if ((c & 0x80) != 0) {
      ++run;
      continue;
    }
    const bool is_minus_one = run == 9 && c == 1;
    if (run >= 4 && !is_minus_one) return true;
    run = 0;
  }
  return run >= 4;
}

}  // namespace vss::testing

#endif  // VSS_TESTS_SUPPORT_TWO_DECODERS_H_
